/** Events of a document (docs/live.md, "Events") and their guards. */
import { isNumber, isObject, isOneOf, isString, isStrings, type Unknowns } from "./json.ts";

export const KERNEL_STATES = ["none", "starting", "idle", "busy", "dead"] as const;
export type KernelState = (typeof KERNEL_STATES)[number];

/** When a cell started and ended, in ms since the epoch. */
export interface Timing {
  readonly started: number;
  readonly ended?: number;
}

export interface KernelInfo {
  readonly state: KernelState;
  readonly name: string | null;
  readonly displayName: string | null;
  readonly language: string | null;
  /** Why it is dead. */
  readonly reason: string | null;
  /** Ids of the cells that wait for their turn. */
  readonly queue: readonly string[];
  readonly running: string | null;
  readonly timings: ReadonlyMap<string, Timing>;
}

/** A kernel asks for a line of text. */
export interface StdinRequest {
  readonly cell: string;
  readonly prompt: string;
  readonly password: boolean;
}

export interface RunResult {
  readonly runId: string;
  readonly ok: boolean;
  readonly executed: number;
  readonly failed: number;
  readonly cancelled: boolean;
  readonly firstError: { readonly cell: string; readonly ename: string; readonly evalue: string } | null;
}

export const SAVE_CAUSES = ["auto", "user", "parent"] as const;
export type SaveCause = (typeof SAVE_CAUSES)[number];

const OUTSIDE = ["changed", "deleted", "invalid", "moved", "back"] as const;

export type DocumentEvent =
  | { readonly event: "kernel"; readonly kernel: KernelInfo }
  | { readonly event: "run_ended"; readonly result: RunResult }
  | { readonly event: "stdin"; readonly request: StdinRequest | null }
  | { readonly event: "dirty"; readonly dirty: boolean }
  | { readonly event: "saved"; readonly mtime: number; readonly bytes: number; readonly cause: SaveCause }
  | { readonly event: "outside"; readonly what: (typeof OUTSIDE)[number]; readonly path: string | null }
  | { readonly event: "trouble"; readonly message: string }
  | { readonly event: "refused"; readonly code: string; readonly message: string };

export const NO_KERNEL: KernelInfo = {
  state: "none",
  name: null,
  displayName: null,
  language: null,
  reason: null,
  queue: [],
  running: null,
  timings: new Map(),
};

const textOrNull = (value: unknown): string | null => (isString(value) ? value : null);

/** The event in a message, or null if it is none that we know. */
export function parseEvent(value: unknown): DocumentEvent | null {
  if (!isObject(value)) return null;
  switch (value.event) {
    case "kernel":
      return kernelEvent(value);
    case "run_ended": {
      const result = parseRunResult(value);
      return result && { event: "run_ended", result };
    }
    case "stdin":
      return { event: "stdin", request: stdinRequest(value) };
    case "dirty":
      return typeof value.dirty === "boolean" ? { event: "dirty", dirty: value.dirty } : null;
    case "saved":
      return savedEvent(value);
    case "outside":
      return isOneOf(value.what, OUTSIDE) ? { event: "outside", what: value.what, path: textOrNull(value.path) } : null;
    case "trouble":
      return isString(value.message) ? { event: "trouble", message: value.message } : null;
    case "refused":
      return { event: "refused", code: String(value.code), message: String(value.message) };
    default:
      return null;
  }
}

function kernelEvent(value: Unknowns): DocumentEvent | null {
  if (!isOneOf(value.state, KERNEL_STATES)) return null;
  const kernel: KernelInfo = {
    state: value.state,
    name: textOrNull(value.name),
    displayName: textOrNull(value.display_name),
    language: textOrNull(value.language),
    reason: textOrNull(value.reason),
    queue: isStrings(value.queue) ? value.queue : [],
    running: textOrNull(value.running),
    timings: timingsOf(value.timings),
  };
  return { event: "kernel", kernel };
}

function timingsOf(value: unknown): ReadonlyMap<string, Timing> {
  const timings = new Map<string, Timing>();
  for (const [cell, timing] of Object.entries(isObject(value) ? value : {})) {
    if (!isObject(timing) || !isNumber(timing.started)) continue;
    timings.set(cell, { started: timing.started, ...(isNumber(timing.ended) && { ended: timing.ended }) });
  }
  return timings;
}

/** The result of a run, as the event `run_ended` and the reply to `run.result` tell it. */
export function parseRunResult(value: unknown): RunResult | null {
  if (!isObject(value) || !isString(value.run_id) || typeof value.ok !== "boolean") return null;
  const error = value.first_error;
  return {
    runId: value.run_id,
    ok: value.ok,
    executed: isNumber(value.executed) ? value.executed : 0,
    failed: isNumber(value.failed) ? value.failed : 0,
    cancelled: value.cancelled === true,
    firstError: isObject(error)
      ? { cell: String(error.cell), ename: String(error.ename), evalue: String(error.evalue) }
      : null,
  };
}

function stdinRequest(value: Unknowns): StdinRequest | null {
  if (!isString(value.prompt) || !isString(value.cell)) return null;
  return { cell: value.cell, prompt: value.prompt, password: value.password === true };
}

function savedEvent(value: Unknowns): DocumentEvent | null {
  if (!isNumber(value.mtime) || !isNumber(value.bytes) || !isOneOf(value.cause, SAVE_CAUSES)) return null;
  return { event: "saved", mtime: value.mtime, bytes: value.bytes, cause: value.cause };
}
