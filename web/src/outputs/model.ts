/**
 * Outputs of a cell as values: what the shared document holds, once a guard has passed over it.
 *
 * Models are immutable and keep their identity while nothing of theirs changes, so that views compare by identity.
 */
import { isObject, type Unknowns } from "../wire/json.ts";
import { StreamText } from "./stream.ts";

export type MimeBundle = Unknowns;

export interface StreamOutput {
  readonly type: "stream";
  readonly name: "stdout" | "stderr";
  readonly text: StreamText;
}

export interface DataOutput {
  readonly type: "data";
  readonly data: MimeBundle;
  readonly metadata: MimeBundle;
  /** The number of the execution that this is the result of; `null` for what a cell displayed. */
  readonly executionCount: number | null;
}

export interface ErrorOutput {
  readonly type: "error";
  readonly name: string;
  readonly message: string;
  readonly traceback: StreamText;
}

export type OutputModel = StreamOutput | DataOutput | ErrorOutput;

/** The text of a value that nbformat keeps as a string or as a list of lines; anything else is empty. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return Array.isArray(value) ? value.filter((line) => typeof line === "string").join("") : "";
}

/** The model of an output in nbformat's JSON; `null` if it is no output. */
export function outputOf(json: unknown): OutputModel | null {
  if (!isObject(json)) return null;
  switch (json.output_type) {
    case "stream":
      return streamOf(json, StreamText.of(textOf(json.text)));
    case "display_data":
    case "execute_result":
      return dataOf(json);
    case "error":
      return errorOf(json);
    default:
      return null;
  }
}

export function streamOf(json: Unknowns, text: StreamText): StreamOutput {
  return { type: "stream", name: json.name === "stderr" ? "stderr" : "stdout", text };
}

function dataOf(json: Unknowns): DataOutput {
  const { data, metadata, execution_count: count } = json;
  return {
    type: "data",
    data: isObject(data) ? data : {},
    metadata: isObject(metadata) ? metadata : {},
    executionCount: typeof count === "number" ? count : null,
  };
}

function errorOf(json: Unknowns): ErrorOutput {
  const lines = Array.isArray(json.traceback) ? json.traceback : [];
  return {
    type: "error",
    name: textOf(json.ename),
    message: textOf(json.evalue),
    traceback: StreamText.of(lines.map(textOf).join("\n")),
  };
}
