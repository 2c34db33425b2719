/** Text messages of the live channel (docs/live.md): what belongs to the connection. */
import { isNumber, isObject, isOneOf, isString, isStrings, parseJson } from "./json.ts";

export type PageMessage =
  | {
      readonly t: "open";
      readonly ch: number;
      readonly project_id: string;
      readonly path: string;
      readonly create: boolean;
    }
  | { readonly t: "close"; readonly ch: number }
  | { readonly t: "ping"; readonly n: number };

export interface Opened {
  readonly t: "opened";
  readonly ch: number;
  readonly kind: "notebook" | "text" | "terminal";
  readonly generation: string;
  readonly readonly: boolean;
  readonly path: string;
  readonly may: readonly string[];
}

/** What happens to one channel. */
export type ChannelMessage =
  | { readonly t: "accepted"; readonly ch: number }
  | { readonly t: "progress"; readonly ch: number; readonly state: "starting" | "opening" }
  | Opened
  | { readonly t: "closed"; readonly ch: number; readonly code: string; readonly message: string };

export type ServerMessage = ChannelMessage | { readonly t: "pong"; readonly n: number };

/** The message in a text, or null if it is none that we know. */
export function parseServerMessage(text: string): ServerMessage | null {
  const value = parseJson(text);
  if (!isObject(value)) return null;
  if (value.t === "pong") return isNumber(value.n) ? { t: "pong", n: value.n } : null;
  const ch = value.ch;
  if (!isNumber(ch)) return null;
  switch (value.t) {
    case "accepted":
      return { t: "accepted", ch };
    case "progress":
      return isOneOf(value.state, ["starting", "opening"]) ? { t: "progress", ch, state: value.state } : null;
    case "opened":
      return parseOpened(value, ch);
    case "closed":
      return { t: "closed", ch, code: String(value.code ?? "internal"), message: String(value.message ?? "") };
    default:
      return null;
  }
}

function parseOpened(value: Readonly<Record<string, unknown>>, ch: number): Opened | null {
  const { kind, generation, path, may } = value;
  if (!isOneOf(kind, ["notebook", "text", "terminal"]) || !isString(generation) || !isString(path)) return null;
  return { t: "opened", ch, kind, generation, path, readonly: value.readonly === true, may: isStrings(may) ? may : [] };
}
