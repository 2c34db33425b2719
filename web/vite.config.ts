/** How the front end is bundled for the hub's pages and how its unit tests run; `tools/build.ts` makes all bundles. */
import { resolve } from "node:path";
import { minify } from "terser";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { chunkOf } from "./tools/chunks.ts";

const here = import.meta.dirname;

/** A second pass over what every notebook loads, for the percent that the bundler's own minifier leaves. */
const minifiedAgain: Plugin = {
  name: "minified-again",
  enforce: "post",
  apply: "build",
  async generateBundle(_options, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== "chunk" || !["base", "reading", "live", "notebook", "editing"].includes(chunk.name)) continue;
      const { code } = await minify(chunk.code, { module: true, ecma: 2020, compress: { passes: 2 } });
      chunk.code = code ?? chunk.code;
    }
  },
};

/** Not what every page begins with, which need not be named where something further is loaded. */
const isLater = (file: string): boolean => !/(^|\/)(base|rolldown-runtime)-[^/]*$/.test(file);

export default defineConfig({
  root: here,
  base: "./", // assets find each other by relative addresses, so the hub may serve them under any path
  publicDir: false,
  plugins: [minifiedAgain],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  resolve: {
    alias: [{ find: /^lib0\/logging$/, replacement: resolve(here, "src/state/yjs-log.ts") }],
  },
  build: {
    target: "es2022",
    manifest: true,
    assetsInlineLimit: 0, // the pages' policy forbids data: addresses for scripts and fonts
    cssTarget: ["chrome123", "firefox121", "safari17.5"], // they know light-dark()
    chunkSizeWarningLimit: 6000, // plots are large, and loaded when one is drawn
    modulePreload: { polyfill: false, resolveDependencies: (_, files) => files.filter(isLater) },
    rolldownOptions: {
      checks: { pluginTimings: false },
      treeshake: { propertyReadSideEffects: false },
      transform: { define: { process: "undefined" } }, // without what packages do for Node only
      input: {
        app: resolve(here, "src/pages/app.tsx"),
        site: resolve(here, "src/pages/site.tsx"),
        "output-frame": resolve(here, "output-frame.html"),
      },
      output: {
        codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: chunkOf, debugName: "steps" }] },
      },
    },
  },
  test: {
    environment: "node",
    include: ["src/**/*.test.{ts,tsx}", "embed/**/*.test.ts", "demo/**/*.test.ts"],
    reporters: ["minimal"],
    isolate: false, // files share a worker and its modules: each cleans up after itself, in any order
    restoreMocks: true,
    testTimeout: 20_000,
  },
});
