/** Which text files have a preview, and whether it is shown; that is remembered for each kind of file. */
import { quietly } from "../../state/kept.ts";

export type PreviewKind = "markdown" | "table" | "json" | "html" | "svg";

const KINDS: readonly (readonly [RegExp, PreviewKind])[] = [
  [/\.(md|markdown)$/i, "markdown"],
  [/\.(csv|tsv|tab)$/i, "table"],
  [/\.(json|geojson)$/i, "json"],
  [/\.html?$/i, "html"],
  [/\.svg$/i, "svg"],
];

export function previewOf(path: string): PreviewKind | null {
  return KINDS.find(([pattern]) => pattern.test(path))?.[1] ?? null;
}

/** What is shown of a file: its text, both, or its preview. */
export const LAYOUTS = ["text", "both", "preview"] as const;
export type Layout = (typeof LAYOUTS)[number];

const keptAs = (kind: PreviewKind): string => `carrel-preview-${kind}`;

export function recallLayout(kind: PreviewKind): Layout {
  const kept = quietly(() => localStorage.getItem(keptAs(kind)));
  return LAYOUTS.find((layout) => layout === kept) ?? "text";
}

export function keepLayout(kind: PreviewKind, layout: Layout): void {
  quietly(() => localStorage.setItem(keptAs(kind), layout));
}
