/** A text to be read: its preview if there is one for its kind, else the text. */
import "../../../views/text/text-file.css";
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { StaticCode } from "../../../views/static.tsx";
import { previewOf } from "../../../views/text/preview.ts";
import { SourcePreview } from "../../../views/text/previews.tsx";
import { share as words } from "../../strings/share.ts";
import type { TextProps } from "./file.tsx";

export function SharedText({ source, context }: TextProps): VNode {
  const { path } = context.document;
  const kind = previewOf(path);
  const isPreview = useSignal(kind !== null);
  const anchor = useSignal<string | null>(null);
  return (
    <>
      {kind !== null && (
        <fieldset class="layouts">
          <legend class="visually-hidden">{words.layout()}</legend>
          <button type="button" aria-pressed={isPreview.value} onClick={() => (isPreview.value = true)}>
            {words.preview()}
          </button>
          <button type="button" aria-pressed={!isPreview.value} onClick={() => (isPreview.value = false)}>
            {words.text()}
          </button>
        </fieldset>
      )}
      {kind !== null && isPreview.value ? (
        <div class="share-preview" data-kind={kind}>
          <SourcePreview kind={kind} source={source} context={context} anchor={anchor} />
        </div>
      ) : (
        <div class="share-cell">
          <StaticCode source={source} language={languageOf(path)} />
        </div>
      )}
    </>
  );
}

function languageOf(path: string): string {
  return /\.([^./]+)$/.exec(path)?.[1] ?? "";
}
