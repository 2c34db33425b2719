/** Fills `dist/` for the npm registry: one module and its types. Needs no more than the front end's packages. */
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { build } from "vite";

const here = import.meta.dirname;
const file = resolve(here, "src/index.ts");

await build({
  configFile: false,
  root: here,
  publicDir: false,
  build: { target: "es2022", lib: { entry: file, formats: ["es"], fileName: () => "carrel-embed.js" } },
});
const options =
  "--declaration --emitDeclarationOnly --rewriteRelativeImportExtensions --strict --target es2022 --types";
execFileSync(resolve(here, "../node_modules/.bin/tsc"), [
  ...options.split(" "),
  "",
  "--module",
  "esnext",
  "--moduleResolution",
  "bundler",
  "--outDir",
  resolve(here, "dist"),
  "--ignoreConfig",
  file,
]);
