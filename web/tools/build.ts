/**
 * Makes everything that the hub serves, into the directory named by the first argument: the page application and the
 * output frame (hashed, in `.vite/manifest.json`), `boot.js` (inlined by the hub), `embed/` (the package for parent
 * pages), `pdf/` (what pdf.js fetches), `api-docs/` (what shows the description of the API, as its package has it), and
 * a `.br` and `.gz` beside each file that compresses.
 */
import { cpSync, existsSync } from "node:fs";
import { resolve } from "node:path";
import { build, type InlineConfig } from "vite";
import { compressTree } from "./compress.ts";
import { checkSizes } from "./sizes.ts";

const top = resolve(import.meta.dirname, "..");
const target = resolve(process.argv[2] ?? resolve(top, "../src/carrel/hub/pages/built"));

/** A bundle in one file under a name of its own, added to what is in the directory. */
function single(entry: string, fileName: string, format: "iife" | "es"): InlineConfig {
  const file = resolve(top, entry);
  return {
    configFile: false,
    root: top,
    logLevel: "warn",
    publicDir: false,
    build: {
      outDir: target,
      emptyOutDir: false,
      target: "es2022",
      lib: { entry: file, formats: [format], name: "carrel", fileName: () => fileName },
    },
  };
}

await build({ root: top, logLevel: "warn", build: { outDir: target, emptyOutDir: true, reportCompressedSize: false } });
await build(single("src/pages/boot.ts", "boot.js", "iife"));
if (existsSync(resolve(top, "embed/src/index.ts"))) {
  await build(single("embed/src/index.ts", "embed/carrel-embed.js", "es"));
}
/** Fonts, maps of characters and decoders that pdf.js fetches by name. */
for (const name of ["cmaps", "standard_fonts", "wasm", "iccs"]) {
  cpSync(resolve(top, "node_modules/pdfjs-dist", name), resolve(target, "pdf", name), { recursive: true });
}
cpSync(
  resolve(top, "node_modules/openapi-explorer/dist/browser/openapi-explorer.min.js"),
  resolve(target, "api-docs/openapi-explorer.js"),
);
await compressTree(target);
checkSizes(target);
