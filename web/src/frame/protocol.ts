/**
 * Messages between our page and the content of a sandboxed frame.
 *
 * The frame's first message goes to the window that holds it, says `HELLO` and brings a port; everything else goes
 * through that port. What a frame says is as untrusted as the output in it, so our page parses it with `parseReport`.
 */
import type { CommMessage } from "../state/document.ts";
import { isNumber, isObject, isOneOf, isString } from "../wire/json.ts";

export const HELLO = "carrel-output-frame";

export type FrameRenderer = "html" | "script" | "plotly" | "vega" | "widget";

/** An output that a frame draws. */
export interface FrameItem {
  readonly renderer: FrameRenderer;
  readonly mime: string;
  readonly content: unknown;
  readonly metadata: unknown;
  /** What the output is in plain text, if it cannot be drawn. */
  readonly fallback: string;
}

export interface FrameTheme {
  readonly mode: "light" | "dark";
  readonly color: string;
  readonly background: string;
}

/** To the frame. */
export type FrameOrder =
  | { readonly type: "put"; readonly index: number; readonly item: FrameItem }
  | { readonly type: "theme"; readonly theme: FrameTheme }
  | { readonly type: "words"; readonly language: string; readonly wordings: Readonly<Record<string, string>> }
  | { readonly type: "comm"; readonly message: CommMessage }
  | { readonly type: "comms"; readonly ids: readonly string[] };

/** From the frame. */
export type FrameReport =
  | { readonly type: "height"; readonly height: number }
  | { readonly type: "link"; readonly href: string }
  | { readonly type: "comm"; readonly message: CommMessage }
  | { readonly type: "list-comms" };

const COMM_TYPES = ["comm_open", "comm_msg", "comm_close"] as const;
const MAX_HEIGHT = 20_000;
const MAX_ADDRESS = 10_000;

/** The report in a message from a frame; `null` if it is none. */
export function parseReport(value: unknown): FrameReport | null {
  if (!isObject(value)) return null;
  switch (value.type) {
    case "height":
      return isNumber(value.height)
        ? { type: "height", height: Math.min(Math.max(0, value.height), MAX_HEIGHT) }
        : null;
    case "link":
      return isString(value.href) && value.href.length <= MAX_ADDRESS ? { type: "link", href: value.href } : null;
    case "comm": {
      const message = parseComm(value.message);
      return message && { type: "comm", message };
    }
    case "list-comms":
      return { type: "list-comms" };
    default:
      return null;
  }
}

/** A comm message that a frame may send: only widgets may be opened from a page. */
function parseComm(value: unknown): CommMessage | null {
  if (!isObject(value) || !isOneOf(value.msgType, COMM_TYPES) || !isObject(value.content)) return null;
  const { msgType, content, metadata, buffers } = value;
  if (!isString(content.comm_id)) return null;
  if (msgType === "comm_open" && !isOneOf(content.target_name, ["jupyter.widget", "jupyter.widget.control"]))
    return null;
  if (!Array.isArray(buffers) || !buffers.every((buffer) => buffer instanceof Uint8Array)) return null;
  return { msgType, content: plain(content), metadata: plain(isObject(metadata) ? metadata : {}), buffers };
}

/** What arrived as a structured clone, as the JSON that it goes on as. */
function plain(value: object): CommMessage["content"] {
  return JSON.parse(JSON.stringify(value)) as CommMessage["content"];
}
