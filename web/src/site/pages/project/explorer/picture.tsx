/** A small picture of what an entry is. */
import type { VNode } from "preact";
import type { Kind } from "../../../files.ts";
import { type Picture, picture } from "./entries.ts";

const SHEET = "M4 1.5h5.5L13 5v9.5H4zM9.5 1.5V5H13";
const PATHS: Readonly<Record<Picture, string>> = {
  folder: "M1.5 3.5h5l1.5 2h6.5v8h-13z",
  notebook: "M3.5 1.5h10v13h-10zM6 1.5v13M2 4.5h2M2 8h2M2 11.5h2M8.5 5h3M8.5 7.5h3",
  image: "M1.5 2.5h13v11h-13zM1.5 11l4-4 3.5 3.5 2-2 3.5 3.5M11 5.5h.1",
  text: `${SHEET}M6 8h5M6 10.5h5`,
  package: `${SHEET}M6 3v1M7 5v1M6 7v1M7 9v1M6 11h2v2H6z`,
  terminal: "M1.5 2.5h13v11h-13zM4 6l2.5 2L4 10M8 10.5h4",
  other: `${SHEET}M8.5 8.5v2M8.5 12.5h.1`,
};

export function PictureOf({ name, kind }: { readonly name: string; readonly kind: Kind }): VNode {
  const what = picture(name, kind);
  return (
    <svg class={`picture picture-${what}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[what]} />
    </svg>
  );
}
