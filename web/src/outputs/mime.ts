/** Which of the forms that an output comes in is shown, and what shows it. */
import type { DataOutput, MimeBundle } from "./model.ts";

export type Renderer =
  | "widget"
  | "plotly"
  | "vega"
  | "script"
  | "html"
  | "markdown"
  | "image"
  | "json"
  | "file"
  | "text";

/** Richest first. Images before code, as code that draws is drawn for us by those who also send an image. */
const RENDERERS: readonly (readonly [RegExp, Renderer])[] = [
  [/^application\/vnd\.jupyter\.widget-view\+json$/, "widget"],
  [/^application\/vnd\.plotly\.v1\+json$/, "plotly"],
  [/^application\/vnd\.vegalite\.v[4-6](\.\d+)*[.+]json$/, "vega"],
  [/^application\/vnd\.vega\.v[4-6](\.\d+)*[.+]json$/, "vega"],
  [/^text\/html$/, "html"],
  [/^text\/markdown$/, "markdown"],
  [/^image\/svg\+xml$/, "image"],
  [/^image\/(png|jpeg|gif|webp)$/, "image"],
  [/^text\/latex$/, "markdown"],
  [/^application\/javascript$/, "script"],
  [/^application\/(geo\+)?json$/, "json"],
  [/^application\/pdf$/, "file"],
  [/^text\/plain$/, "text"],
];

export interface Form {
  readonly renderer: Renderer;
  readonly mime: string;
}

/** `null` if there is no form that we know. */
export function richest(data: MimeBundle): Form | null {
  const mimes = Object.keys(data);
  for (const [pattern, renderer] of RENDERERS) {
    const mime = mimes.find((candidate) => pattern.test(candidate));
    if (mime !== undefined) return { renderer, mime };
  }
  return null;
}

/** What a form's metadata says: notebooks keep it under the MIME type, or without. */
export function metadataOf(output: DataOutput, mime: string, name: string): unknown {
  const own = output.metadata[mime];
  const nested = typeof own === "object" && own !== null ? (own as Record<string, unknown>)[name] : undefined;
  return nested ?? output.metadata[name];
}
