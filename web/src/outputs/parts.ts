/**
 * How the outputs of a cell are laid out: each by itself, but neighbours that need a frame share one.
 *
 * Sharing keeps the order, lets a script find the element that the output before it made, and spares documents.
 * Widgets have frames of their own: only theirs can speak to the kernel.
 */
import type { FrameItem, FrameRenderer } from "../frame/protocol.ts";
import { type Form, richest } from "./mime.ts";
import { type DataOutput, type OutputModel, textOf } from "./model.ts";
import { isPlain } from "./plain-html.ts";

export type Part =
  | { readonly kind: "output"; readonly key: string; readonly output: OutputModel; readonly form: Form | null }
  | { readonly kind: "frame"; readonly key: string; readonly items: FrameItem[] };

const FRAMED: ReadonlySet<string> = new Set<FrameRenderer>(["html", "script", "plotly", "vega", "widget"]);

const items = new WeakMap<DataOutput, FrameItem>();

export function partsOf(outputs: readonly OutputModel[]): readonly Part[] {
  const parts: Part[] = [];
  for (const [index, output] of outputs.entries()) {
    const form = output.type === "data" ? richest(output.data) : null;
    if (output.type !== "data" || !form || !isFramed(output, form)) {
      parts.push({ kind: "output", key: `output-${index}`, output, form });
      continue;
    }
    const item = itemOf(output, form);
    const last = parts.at(-1);
    if (last?.kind === "frame" && isWidget(last.items[0]) === isWidget(item)) last.items.push(item);
    else parts.push({ kind: "frame", key: `frame-${index}`, items: [item] });
  }
  return parts;
}

function isFramed(output: DataOutput, { renderer }: Form): boolean {
  return FRAMED.has(renderer) && !(renderer === "html" && isPlain(output));
}

function isWidget(item: FrameItem | undefined): boolean {
  return item?.renderer === "widget";
}

/** Keeps its identity, so that a frame is told of each output once. */
function itemOf(output: DataOutput, { renderer, mime }: Form): FrameItem {
  let item = items.get(output);
  if (!item) {
    item = {
      renderer: renderer as FrameRenderer,
      mime,
      content: output.data[mime],
      metadata: output.metadata[mime] ?? output.metadata,
      fallback: textOf(output.data["text/plain"]),
    };
    items.set(output, item);
  }
  return item;
}
