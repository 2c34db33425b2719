import { effect } from "@preact/signals";
import { expect, test } from "vitest";
import * as Y from "yjs";
import type { OutputModel } from "./model.ts";
import { outputsOf } from "./observe.ts";

function cellOf(...outputs: unknown[]): { cell: Y.Map<unknown>; list: Y.Array<unknown> } {
  const cell = new Y.Map<unknown>();
  new Y.Doc().getArray("cells").push([cell]);
  const list = new Y.Array<unknown>();
  cell.set("outputs", list);
  list.push(outputs);
  return { cell, list };
}

function stream(text: string): Y.Map<unknown> {
  return new Y.Map(Object.entries({ output_type: "stream", name: "stdout", text: new Y.Text(text) }));
}

const textOf = (output: OutputModel | undefined) => (output?.type === "stream" ? output.text.toString() : null);

test("a stream follows what is appended, put in the middle and deleted", () => {
  const { cell, list } = cellOf(stream("one\n"));
  const outputs = outputsOf(cell);
  const text = (list.get(0) as Y.Map<unknown>).get("text") as Y.Text;
  expect(textOf(outputs.value[0])).toBe("one\n");
  text.insert(4, "two\n");
  expect(textOf(outputs.value[0])).toBe("one\ntwo\n");
  text.doc?.transact(() => {
    text.delete(4, 4);
    text.insert(4, "2 of 3\n");
  });
  expect(textOf(outputs.value[0])).toBe("one\n2 of 3\n");
  text.insert(0, "zero\n");
  expect(textOf(outputs.value[0])).toBe("zero\none\n2 of 3\n");
  text.delete(0, text.length);
  expect(textOf(outputs.value[0])).toBe("");
});

test("an output keeps its model while another one changes", () => {
  const image = new Y.Map(Object.entries({ output_type: "display_data", data: { "image/png": "AAAA" }, metadata: {} }));
  const { cell, list } = cellOf(image, stream("x"));
  const outputs = outputsOf(cell);
  const [before] = outputs.value;
  ((list.get(1) as Y.Map<unknown>).get("text") as Y.Text).insert(1, "y");
  list.push([stream("z")]);
  expect(outputs.value.map(textOf)).toEqual([null, "xy", "z"]);
  expect(outputs.value[0]).toBe(before);
  image.set("data", { "image/png": "BBBB" });
  expect(outputs.value[0]).toMatchObject({ type: "data", data: { "image/png": "BBBB" } });
});

test("edits of the source tell nobody, other lists and cleared ones do", () => {
  const { cell, list } = cellOf(stream("x"));
  cell.set("source", new Y.Text("a"));
  const outputs = outputsOf(cell);
  let told = -1;
  effect(() => {
    void outputs.value;
    told += 1;
  });
  (cell.get("source") as Y.Text).insert(0, "b");
  cell.set("execution_count", 3);
  expect(told).toBe(0);
  list.delete(0, 1);
  expect(outputs.value).toEqual([]);
  cell.set("outputs", Y.Array.from([{ output_type: "error", ename: "E", evalue: "v", traceback: ["a", "b"] }]));
  expect(outputs.value).toMatchObject([{ type: "error", name: "E", message: "v" }]);
});

test("what is no output is left out", () => {
  const { cell } = cellOf({ output_type: "other" }, 3, null, { output_type: "stream", name: 1, text: ["a\n", 2, "b"] });
  expect(outputsOf(cell).value.map(textOf)).toEqual(["a\nb"]);
});
