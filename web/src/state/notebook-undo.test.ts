import { beforeEach, describe, expect, it } from "vitest";
import { addOutput, cellOf, IDLE, notebookOf, outputsOf, texts, twoOf } from "../testing/notebooks.ts";
import { cellSource, type Notebook } from "./notebook.ts";
import * as edits from "./notebook-edits.ts";
import { NotebookUndo } from "./notebook-undo.ts";

describe("taking back", () => {
  it("brings deleted cells back where they were, with their outputs", () => {
    const notebook = notebookOf("a", "b", "c");
    addOutput(notebook, "b");
    const undo = new NotebookUndo(notebook, () => IDLE);
    edits.deleteCells(notebook, ["b", "c"]);
    expect(undo.undo()).toEqual(["b", "c"]);
    expect(notebook.ids()).toEqual(["a", "b", "c"]);
    expect(outputsOf(notebook, "b")).toBe(1);
    expect(undo.undo()).toBeNull();
    expect(undo.redo()).toEqual([]);
    expect(notebook.ids()).toEqual(["a"]);
  });

  it("leaves what others and the agent did", () => {
    const notebook = notebookOf("a", "b");
    const undo = new NotebookUndo(notebook, () => IDLE);
    const { other, exchange } = twoOf(notebook);
    edits.insertCells(other, 0, [{ type: "code", source: "theirs" }]);
    exchange();
    addOutput(notebook, "a");
    expect(undo.undo()).toBeNull();
    expect(texts(notebook)).toEqual(["theirs", "a", "b"]);
  });

  it("takes a split and a merge back as one each", () => {
    const notebook = notebookOf("a");
    cellSource(cellOf(notebook, "a")).insert(1, "\nb");
    const undo = new NotebookUndo(notebook, () => IDLE);
    const [tail = ""] = edits.splitCell(notebook, "a", [2]);
    edits.mergeCells(notebook, ["a", tail]);
    undo.undo();
    expect(texts(notebook)).toEqual(["a", "b"]);
    undo.undo();
    expect(texts(notebook)).toEqual(["a\nb"]);
  });
});

describe("taking moves back", () => {
  let notebook: Notebook;
  let undo: NotebookUndo;
  const order = (): string => notebook.ids().join("");

  beforeEach(() => {
    notebook = notebookOf("a", "b", "c", "d", "e");
    undo = new NotebookUndo(notebook, () => IDLE);
  });

  it("moves back what was moved together, with what was typed since", () => {
    undo.move(["a", "b"], 4);
    expect(order()).toBe("cdabe");
    cellSource(cellOf(notebook, "a")).insert(1, "!");
    expect(undo.undo()).toEqual(["a", "b"]);
    expect(texts(notebook)).toEqual(["a!", "b", "c", "d", "e"]);
    expect(undo.undo()).toBeNull();
    expect(undo.redo()).toEqual(["a", "b"]);
    expect(texts(notebook)).toEqual(["c", "d", "a!", "b", "e"]);
  });

  it("goes through edits and moves in their order, both ways", () => {
    edits.deleteCells(notebook, ["e"]);
    undo.move(["d"], 0);
    undo.move(["c"], 0);
    edits.deleteCells(notebook, ["b"]);
    const steps = ["cda", "cdab", "dabc", "abcd", "abcde"];
    const seen = [order()];
    while (undo.undo()) seen.push(order());
    expect(seen).toEqual(steps);
    const again = [order()];
    while (undo.redo()) again.push(order());
    expect(again).toEqual([...steps].reverse());
  });

  it("forgets what was taken back when something new is done", () => {
    undo.move(["a"], 5);
    undo.undo();
    edits.deleteCells(notebook, ["e"]);
    expect(undo.redo()).toBeNull();
    undo.undo();
    undo.move(["b"], 0);
    expect(undo.redo()).toBeNull();
    expect(order()).toBe("bacde");
  });

  it("moves back to the nearest cell that is still there, and passes over moves of cells that are gone", () => {
    undo.move(["c"], 5);
    undo.move(["d"], 0);
    expect(order()).toBe("dabec");
    notebook.cells.delete(0); // by somebody else
    notebook.cells.delete(1);
    expect(undo.undo()).toEqual(["c"]);
    expect(order()).toBe("ace");
  });
});
