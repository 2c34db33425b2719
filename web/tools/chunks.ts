/**
 * Which modules make a file together: all that one step of opening a notebook loads. Fewer files compress better, and
 * their names can be told to the browser before it asks.
 */
import { resolve } from "node:path";

const source = resolve(import.meta.dirname, "../src");

const APP = resolve(source, "pages/app.tsx");
const SITE = resolve(source, "pages/site.tsx");

/** In the order in which they are loaded; what an earlier step has is not in a later one. */
const STEPS = [
  { name: "reading", root: resolve(source, "views/static.tsx") },
  { name: "live", root: APP },
  { name: "notebook", root: resolve(source, "views/notebook/editor.tsx") },
  { name: "rarely", root: resolve(source, "embed/rarely.ts") },
  { name: "editing", root: resolve(source, "editor/cell-editor.ts") },
  { name: "assist", root: resolve(source, "editor/assist.ts") },
  { name: "text", root: resolve(source, "views/text/editor.tsx") },
  { name: "terminal", root: resolve(source, "views/terminal/editor.tsx") },
] as const;

interface ModuleGraph {
  getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null;
}

/** The file that a module goes into; `null` where the bundler decides. */
export function chunkOf(id: string, graph: ModuleGraph): string | null {
  if (id === APP || id === SITE) return null;
  const isOfSite = needs(SITE, graph).has(id);
  if (isOfSite && id.endsWith(".css") && needs(APP, graph).has(id)) return "theme"; // the frame of outputs has its own
  if (id.includes("vite/preload-helper") || (isOfSite && needs(APP, graph).has(id))) return "base";
  return isOfSite ? null : (STEPS.find(({ root }) => needs(root, graph).has(id))?.name ?? null);
}

const known = new WeakMap<ModuleGraph, Map<string, ReadonlySet<string>>>();

/** A module with all that it imports before it runs. */
function needs(root: string, graph: ModuleGraph): ReadonlySet<string> {
  const ofGraph = known.get(graph) ?? new Map<string, ReadonlySet<string>>();
  known.set(graph, ofGraph);
  const found = ofGraph.get(root) ?? closure(root, graph);
  ofGraph.set(root, found);
  return found;
}

function closure(root: string, graph: ModuleGraph): ReadonlySet<string> {
  const seen = new Set<string>();
  const todo = [root];
  for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    todo.push(...(graph.getModuleInfo(id)?.importedIds ?? []));
  }
  return seen;
}
