/** The package is small: a page that embeds a notebook hardly notices it. */

import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { expect, test } from "vitest";

test("the module is less than 5 kB, compressed, and imports nothing", async () => {
  const lib = { entry: resolve(import.meta.dirname, "../src/index.ts"), formats: ["es" as const] };
  const [made] = (await build({
    configFile: false,
    logLevel: "error",
    publicDir: false,
    build: { lib, write: false },
  })) as [Rolldown.RolldownOutput];
  expect(made.output).toHaveLength(1);
  expect(made.output[0].imports).toEqual([]);
  expect(gzipSync(made.output[0].code).length).toBeLessThan(5_000);
});
