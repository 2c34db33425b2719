/** The outputs of a cell of the shared document as a signal of models. */
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import * as Y from "yjs";
import { isObject } from "../wire/json.ts";
import { type OutputModel, outputOf, streamOf, textOf } from "./model.ts";
import type { StreamText } from "./stream.ts";

type CellEvent = Y.YEvent<Y.AbstractType<unknown>>;

const watched = new WeakMap<Y.Map<unknown>, Signal<readonly OutputModel[]>>();
const models = new WeakMap<object, OutputModel | null>();

/** The signal lives as long as the cell; a model keeps its identity until its output changes. */
export function outputsOf(cell: Y.Map<unknown>): ReadonlySignal<readonly OutputModel[]> {
  const known = watched.get(cell);
  if (known) return known;
  const outputs = signal(read(cell));
  watched.set(cell, outputs);
  cell.observeDeep((events) => {
    const changes = events.filter(concernsOutputs(cell));
    if (changes.length === 0) return;
    for (const event of changes) update(cell, event);
    outputs.value = read(cell);
  });
  return outputs;
}

function concernsOutputs(cell: Y.Map<unknown>) {
  return (event: CellEvent) =>
    event.target === cell ? (event as Y.YMapEvent<unknown>).keysChanged.has("outputs") : event.path[0] === "outputs";
}

function read(cell: Y.Map<unknown>): readonly OutputModel[] {
  const list = cell.get("outputs");
  const items = list instanceof Y.Array ? list.toArray() : [];
  return items.map(modelOf).filter((model) => model !== null);
}

function modelOf(item: unknown): OutputModel | null {
  if (!(item instanceof Y.Map) && !isObject(item)) return null;
  let model = models.get(item);
  if (model === undefined) {
    model = outputOf(item instanceof Y.Map ? item.toJSON() : item);
    models.set(item, model);
  }
  return model;
}

/** Brings the model of the output that an event happened in up to date, or forgets it. */
function update(cell: Y.Map<unknown>, event: CellEvent): void {
  const index = event.path[1];
  const list = cell.get("outputs");
  if (typeof index !== "number" || !(list instanceof Y.Array)) return;
  const item: unknown = list.get(index);
  if (!(item instanceof Y.Map)) return;
  const model = models.get(item);
  if (model?.type === "stream" && event.path[2] === "text" && event.target instanceof Y.Text) {
    models.set(item, streamOf({ name: model.name }, spliced(model.text, event.target, event.delta)));
  } else {
    models.delete(item);
  }
}

/** Costs no more than what changed if that is the end of the text, as with streams it is. */
function spliced(before: StreamText, text: Y.Text, delta: CellEvent["delta"]): StreamText {
  const [first, ...rest] = delta;
  const at = first?.retain ?? 0;
  const changes = first?.retain === undefined ? delta : rest;
  const deleted = changes.reduce((sum, change) => sum + (change.delete ?? 0), 0);
  if (changes.some((change) => change.retain !== undefined) || at + deleted !== before.length) {
    return before.withTail(at, text.toString().slice(at));
  }
  return before.withTail(at, changes.map((change) => textOf(change.insert)).join(""));
}
