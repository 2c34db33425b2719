/** What views show of a cell, as signals that change when the shared cell does; outputs have signals of their own. */
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import * as Y from "yjs";
import { type Cell, type CellType, cellMetadata, cellSource, cellType, isHidden } from "./notebook.ts";

/** A cell without its text and its outputs. */
export interface CellState {
  readonly type: CellType;
  readonly executionCount: number | null;
  readonly running: boolean;
  readonly sourceHidden: boolean;
  readonly outputsHidden: boolean;
  readonly scrolled: boolean;
  readonly hasOutputs: boolean;
  readonly attachments: unknown;
}

const states = new WeakMap<Cell, Signal<CellState>>();
const sources = new WeakMap<Y.Text, Signal<string>>();
const keys = new WeakMap<Cell, string>();
let lastKey = 0;

/** Lives as long as the cell. */
export function stateOf(cell: Cell): ReadonlySignal<CellState> {
  const known = states.get(cell);
  if (known) return known;
  const state = signal(read(cell));
  states.set(cell, state);
  cell.observeDeep((events) => {
    if (!events.some(changesState)) return;
    const now = read(cell);
    if (JSON.stringify(now) !== JSON.stringify(state.peek())) state.value = now;
  });
  return state;
}

/** The text of a cell; a cell's text stays the same shared text. */
export function sourceOf(cell: Cell): ReadonlySignal<string> {
  const text = cellSource(cell);
  const known = sources.get(text);
  if (known) return known;
  const source = signal(text.toString());
  sources.set(text, source);
  text.observe(() => {
    source.value = text.toString();
  });
  return source;
}

/** Tells cells apart in a list, also two with the same id. */
export function keyOf(cell: Cell): string {
  const known = keys.get(cell);
  if (known) return known;
  lastKey += 1;
  keys.set(cell, String(lastKey));
  return String(lastKey);
}

function read(cell: Cell): CellState {
  const count = cell.get("execution_count");
  const outputs = cell.get("outputs");
  const attachments = cell.get("attachments");
  return {
    type: cellType(cell),
    executionCount: typeof count === "number" ? count : null,
    running: cell.get("execution_state") === "running",
    sourceHidden: isHidden(cell, "source"),
    outputsHidden: isHidden(cell, "outputs"),
    scrolled: cellMetadata(cell).scrolled === true,
    hasOutputs: outputs instanceof Y.Array && outputs.length > 0,
    attachments: attachments instanceof Y.AbstractType ? attachments.toJSON() : attachments,
  };
}

/** Typing and what a running cell writes come often and change nothing of this. */
function changesState(event: Y.YEvent<Y.AbstractType<unknown>>): boolean {
  return event.path[0] !== "source" && !(event.path[0] === "outputs" && event.path.length > 1);
}
