/** Images; SVG as well, which as an image runs no script and loads nothing. */
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { say } from "../state/say.ts";
import type { OutputContext } from "./context.ts";
import type { Form } from "./mime.ts";
import { metadataOf } from "./mime.ts";
import { type DataOutput, textOf } from "./model.ts";

interface ImageProps {
  readonly output: DataOutput;
  readonly form: Form;
  readonly context: OutputContext;
}

export function Image({ output, form: { mime }, context }: ImageProps): VNode {
  const [natural, setNatural] = useState(false);
  const source = textOf(output.data[mime]);
  const ground = metadataOf(output, mime, "needs_background") === "dark" ? "dark" : "light";
  return (
    <figure class={`output-image ground-${ground}${natural ? " natural" : ""}`}>
      <img
        src={imageUrl(mime, source)}
        alt={altOf(output, mime)}
        width={sizeOf(output, mime, "width")}
        height={sizeOf(output, mime, "height")}
        onDblClick={() => setNatural(!natural)}
      />
      <div class="output-tools">
        <button type="button" aria-pressed={natural} onClick={() => setNatural(!natural)}>
          {say("Full size")}
        </button>
        <button
          type="button"
          onClick={() => context.download({ filename: fileName(mime), mime, data: bytesOf(mime, source) })}
        >
          {say("Download")}
        </button>
      </div>
    </figure>
  );
}

function imageUrl(mime: string, source: string): string {
  if (mime === "image/svg+xml") return `data:${mime};charset=utf-8,${encodeURIComponent(source)}`;
  return `data:${mime};base64,${source.replace(/\s/g, "")}`;
}

export function bytesOf(mime: string, source: string): Uint8Array<ArrayBuffer> {
  if (mime === "image/svg+xml") return new TextEncoder().encode(source);
  return Uint8Array.from(atob(source), (character) => character.charCodeAt(0));
}

function fileName(mime: string): string {
  return `output.${mime.replace(/^.*\//, "").replace("jpeg", "jpg").replace("+xml", "")}`;
}

/** What the kernel says of it: `<Figure size 640x480 with 1 Axes>` is more than nothing. */
function altOf(output: DataOutput, mime: string): string {
  const alt = metadataOf(output, mime, "alt");
  const text = typeof alt === "string" ? alt : textOf(output.data["text/plain"]).replace(/^<(.*)>$/, "$1");
  return text || say("Image put out by the cell");
}

function sizeOf(output: DataOutput, mime: string, side: "width" | "height"): number | undefined {
  const size = metadataOf(output, mime, side);
  return typeof size === "number" && size > 0 ? size : undefined;
}
