/** The few icons of the editors, drawn here: no font and no request. */
import type { VNode } from "preact";

/** Paths in a box of 16 by 16. */
const PATHS = {
  run: "M4.5 2.8v10.4L13 8z",
  above: "M8 2v6M5 5h6M2 10h12v4H2z",
  below: "M2 2h12v4H2zM8 8v6M5 11h6",
  up: "M8 13V3M3.5 7.5 8 3l4.5 4.5",
  down: "M8 3v10M3.5 8.5 8 13l4.5-4.5",
  delete: "M3 4.5h10M6.5 4V2.5h3V4M4.5 4.5l.6 9h5.8l.6-9M6.7 7v4M9.3 7v4",
  more: "M2 8a1.4 1.4 0 1 0 2.8 0A1.4 1.4 0 1 0 2 8zM6.6 8a1.4 1.4 0 1 0 2.8 0 1.4 1.4 0 1 0-2.8 0zM11.2 8a1.4 1.4 0 1 0 2.8 0 1.4 1.4 0 1 0-2.8 0z",
  grip: "M5 3h2v2H5zM9 3h2v2H9zM5 7h2v2H5zM9 7h2v2H9zM5 11h2v2H5zM9 11h2v2H9z",
  stop: "M4 4h8v8H4z",
  restart: "M13 8a5 5 0 1 1-1.5-3.6M13 2v3h-3",
  caret: "M4.5 6.5 8 10l3.5-3.5",
  save: "M3 3h8l2 2v8H3zM5.5 3v3.5h4V3M5 13V9.5h6V13",
  find: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.6 10.6 14 14",
  help: "M6 6a2 2 0 1 1 2.6 1.9c-.4.2-.6.5-.6 1V9.5M8 12h.01",
  close: "M4 4l8 8M12 4l-8 8",
  history: "M13 8a5 5 0 1 1-1.5-3.6M13 2v3h-3M8 5v3l2 2",
  check: "M3 8.5 6.5 12 13 4.5",
} as const;

export type IconName = keyof typeof PATHS;

const FILLED: ReadonlySet<IconName> = new Set<IconName>(["run", "stop", "more", "grip"]);

export function Icon({ name }: { readonly name: IconName }): VNode {
  return (
    <svg
      class={FILLED.has(name) ? "icon icon-filled" : "icon"}
      viewBox="0 0 16 16"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
