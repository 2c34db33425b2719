import { expect, it } from "vitest";
import { notebookOf, texts } from "../testing/notebooks.ts";
import { cellSource } from "./notebook.ts";
import { findMatches, type Query, replaceMatches } from "./notebook-find.ts";

const query = (text: string, more: Partial<Query> = {}): Query => ({
  text,
  caseSensitive: false,
  regularExpression: false,
  ...more,
});

it("finds text over all cells, letters of any case unless asked otherwise", () => {
  const notebook = notebookOf("x = X", "y", "x.");
  expect(findMatches(notebook, query("x"))).toEqual([
    { cell: "x = X", from: 0, to: 1 },
    { cell: "x = X", from: 4, to: 5 },
    { cell: "x.", from: 0, to: 1 },
  ]);
  expect(findMatches(notebook, query("X", { caseSensitive: true }))).toHaveLength(1);
  expect(findMatches(notebook, query("."))).toHaveLength(1);
  expect(findMatches(notebook, query(""))).toEqual([]);
});

it("tells an expression that cannot be read from one that matches nothing", () => {
  expect(findMatches(notebookOf("a"), query("(", { regularExpression: true }))).toBeNull();
  expect(findMatches(notebookOf("a"), query("a*?", { regularExpression: true }))).toEqual([]);
});

it("replaces all with groups, and passes over what changed meanwhile", () => {
  const notebook = notebookOf("a1 a2", "a3");
  const pattern = query("a(\\d)", { regularExpression: true });
  const matches = findMatches(notebook, pattern) ?? [];
  cellSource(notebook.cells.get(1)).insert(0, "!");
  expect(replaceMatches(notebook, pattern, matches, "<$1$$>")).toBe(2);
  expect(texts(notebook)).toEqual(["<1$> <2$>", "!a3"]);
});
