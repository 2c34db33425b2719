/** What pages load, in compressed bytes, and the most that this may be. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

interface Budget {
  readonly what: string;
  /** Files that are loaded by then (`chunks.ts`), with all that these import. */
  readonly chunks: readonly string[];
  readonly mostBytes: number;
}

const SHOWN = ["app", "notebook"];
const EDITED = [...SHOWN, "editing"];

/** Notebooks are in Python with Markdown; docs/decisions/how-pages-load.md tells what is loaded when. */
const BUDGETS: readonly Budget[] = [
  { what: "until a notebook is shown, can be run and watched", chunks: SHOWN, mostBytes: 125_000 },
  { what: "until cells can be edited", chunks: EDITED, mostBytes: 200_000 },
  {
    what: "when somebody is in a cell: all keys, completion and the kernel's help",
    chunks: [...EDITED, "assist"],
    mostBytes: 230_000,
  },
  { what: "until somebody can sign in", chunks: ["site", "src/site/pages/sign-in.tsx"], mostBytes: 60_000 },
  {
    what: "until a shared notebook can be read",
    chunks: ["site", "src/site/pages/share.tsx", "src/site/pages/share/notebook.tsx"],
    mostBytes: 100_000,
  },
  { what: "until the list of projects is shown", chunks: ["site", "src/site/pages/projects.tsx"], mostBytes: 120_000 },
];

interface Chunk {
  readonly file: string;
  readonly name?: string;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
}

/** Print what is loaded, and fail if it is more than it may be. */
export function checkSizes(directory: string): void {
  const known = new Set<string>();
  for (const { what, chunks, mostBytes } of BUDGETS) {
    const files = filesOf(directory, chunks);
    for (const [file, bytes] of files) if (!known.has(file)) console.log(line(bytes, file));
    for (const file of files.keys()) known.add(file);
    const total = [...files.values()].reduce((sum, bytes) => sum + bytes, 0);
    console.log(line(total, what));
    if (total > mostBytes) throw new Error(`${total} bytes ${what}: at most ${mostBytes}`);
  }
}

const line = (bytes: number, text: string): string => `${(bytes / 1000).toFixed(1).padStart(8)} kB  ${text}`;

/** Files that chunks need before they run, with their bytes compressed by brotli. */
function filesOf(directory: string, chunks: readonly string[]): Map<string, number> {
  const manifest = JSON.parse(readFileSync(join(directory, ".vite/manifest.json"), "utf8")) as Record<string, Chunk>;
  const files = new Set<string>(["boot.js"]);
  const visit = (key: string): void => {
    const chunk = manifest[key];
    if (chunk === undefined) throw new Error(`${key} is not in the manifest`);
    if (files.has(chunk.file)) return;
    for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
    chunk.imports?.forEach(visit);
  };
  for (const name of chunks) visit(Object.keys(manifest).find((key) => manifest[key]?.name === name) ?? name);
  return new Map([...files].map((file) => [file, compressedBytes(join(directory, file))]));
}

function compressedBytes(path: string): number {
  return statSync(existsSync(`${path}.br`) ? `${path}.br` : path).size;
}
