/** What a page loads before a notebook can be used, in compressed bytes, and the most that this may be. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** The most that is loaded, compressed by brotli, before a notebook is usable. */
export const BUDGET_BYTES = 200_000;

/** Modules, besides the entry, that a page with a notebook loads before it is usable. */
const NOTEBOOK = ["src/pages/app.tsx", "src/views/notebook/editor.tsx"];

interface Chunk {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
}

/** Files (with their compressed bytes) that are loaded before a notebook is usable. */
export function initialFiles(directory: string): Map<string, number> {
  const manifest = JSON.parse(readFileSync(join(directory, ".vite/manifest.json"), "utf8")) as Record<string, Chunk>;
  const files = new Set<string>(["boot.js"]);
  const visit = (key: string): void => {
    const chunk = manifest[key];
    if (chunk === undefined || files.has(chunk.file)) return;
    for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
    for (const other of chunk.imports ?? []) visit(other);
  };
  for (const entry of NOTEBOOK) visit(entry);
  return new Map([...files].map((file) => [file, compressedBytes(join(directory, file))]));
}

function compressedBytes(path: string): number {
  return statSync(existsSync(`${path}.br`) ? `${path}.br` : path).size;
}

function total(files: Map<string, number>): number {
  return [...files.values()].reduce((sum, bytes) => sum + bytes, 0);
}

/** Print what a page with a notebook loads. */
export function printSizes(directory: string): void {
  const files = initialFiles(directory);
  for (const [file, bytes] of files) console.log(`${(bytes / 1000).toFixed(1).padStart(8)} kB  ${file}`);
  console.log(`${(total(files) / 1000).toFixed(1).padStart(8)} kB  before a notebook is usable`);
}

/** Fail if a page with a notebook loads more than the budget. */
export function checkBudget(directory: string): void {
  const bytes = total(initialFiles(directory));
  if (bytes > BUDGET_BYTES) throw new Error(`${bytes} bytes before a notebook is usable: at most ${BUDGET_BYTES}`);
}
