import { expect, test } from "vitest";
import { cellOf, cellsOfFile, compareCells, type PastCell } from "./cells.ts";

const cell = (id: string | null, source: string, outputs: unknown[] = []): PastCell =>
  cellOf({ id, cell_type: "code", source, outputs });

const told = (before: readonly PastCell[], now: readonly PastCell[]): string[] =>
  compareCells(before, now).map(({ change, cell: { source }, before: old }) => `${change} ${source} (${old})`);

test("a cell that came, one that went and one that changed are told apart, each in its place", () => {
  const before = [cell("z", "0"), cell("a", "1"), cell("b", "2"), cell("c", "3")];
  const now = [cell("a", "1"), cell("n", "new"), cell("c", "33")];
  expect(told(before, now)).toEqual(["removed 0 ()", "same 1 (1)", "removed 2 ()", "added new ()", "changed 33 (3)"]);
});

test("cells without ids are known by their texts", () => {
  expect(told([cell(null, "1"), cell(null, "2")], [cell("new", "2")])).toEqual(["removed 1 ()", "same 2 (2)"]);
});

test("outputs are the same however nbformat writes them", () => {
  const inFile = [{ output_type: "stream", name: "stdout", text: ["a\n", "b"] }];
  const inDocument = [{ text: "a\nb", name: "stdout", output_type: "stream" }];
  expect(told([cell("a", "1", inFile)], [cell("a", "1", inDocument)])).toEqual(["same 1 (1)"]);
  expect(told([cell("a", "1", inFile)], [cell("a", "1")])).toEqual(["outputs 1 (1)"]);
});

test("what is no notebook is refused", () => {
  for (const content of ["", "[]", '{"cells": 1}']) expect(() => cellsOfFile(content)).toThrow(SyntaxError);
  expect(cellsOfFile('{"cells": [{"cell_type": "markdown", "source": ["a\\n", "b"]}, 7]}')).toEqual([
    { id: null, type: "markdown", source: "a\nb", outputs: [], attachments: {} },
  ]);
});
