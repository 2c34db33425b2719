/** Messages of terminals (docs/live.md, "Terminals"). */
import type { OtherMessage } from "./frames.ts";
import { isNumber, isObject } from "./json.ts";

export const OUTPUT = 32;
const INPUT = 33;
const RESIZE = 34;
const TAKEN = 35;

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export type TerminalEvent =
  | ({ readonly event: "size"; readonly answers: boolean } & TerminalSize)
  | { readonly event: "history"; readonly bytes: number }
  | { readonly event: "shell"; readonly running: boolean };

export const input = (payload: Uint8Array): OtherMessage => ({ kind: "other", code: INPUT, payload });
export const resize = ({ columns, rows }: TerminalSize): OtherMessage => numbers(RESIZE, columns, rows);
export const taken = (bytes: number): OtherMessage => numbers(TAKEN, bytes);

function numbers(code: number, ...values: number[]): OtherMessage {
  return { kind: "other", code, payload: new Uint8Array(values.flatMap(encodeNumber)) };
}

/** As lib0 does. */
function encodeNumber(value: number): number[] {
  return value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...encodeNumber(Math.floor(value / 0x80))];
}

/** The event in a message, or null if it is none that we know. */
export function parseTerminalEvent(value: unknown): TerminalEvent | null {
  if (!isObject(value)) return null;
  const { event, columns, rows, bytes } = value;
  if (event === "size" && isNumber(columns) && isNumber(rows))
    return { event, columns, rows, answers: value.answers === true };
  if (event === "history" && isNumber(bytes)) return { event, bytes };
  return event === "shell" ? { event, running: value.running === true } : null;
}
