import { beforeEach, describe, expect, it } from "vitest";
import * as Y from "yjs";
import { addOutput, cellOf, IDLE, notebookOf, outputsOf, texts, twoOf } from "../testing/notebooks.ts";
import { cellId, cellSource, cellType, isHidden, type Notebook } from "./notebook.ts";
import * as edits from "./notebook-edits.ts";
import { NotebookUndo } from "./notebook-undo.ts";

describe("edits of one person", () => {
  let notebook: Notebook;
  beforeEach(() => {
    notebook = notebookOf("a", "b", "c", "d");
  });

  it("inserts cells with new ids at a place, or at the end if it is beyond", () => {
    const [id] = edits.insertCells(notebook, 1, [{ type: "markdown", source: "new" }]);
    edits.insertCells(notebook, 99, [{ type: "raw", source: "last" }]);
    expect(texts(notebook)).toEqual(["a", "new", "b", "c", "d", "last"]);
    expect(notebook.indexOf(id ?? "")).toBe(1);
    expect(cellOf(notebook, id ?? "").has("outputs")).toBe(false);
  });

  it("deletes cells and passes over cells that are gone", () => {
    edits.deleteCells(notebook, ["b", "gone", "d"]);
    expect(texts(notebook)).toEqual(["a", "c"]);
  });

  it("leaves an empty code cell when all are deleted", () => {
    edits.deleteCells(notebook, ["a", "b", "c", "d"]);
    expect(texts(notebook)).toEqual([""]);
    expect(cellType(notebook.cells.get(0))).toBe("code");
  });

  it.each([
    ["up", ["b", "c"], 0, ["b", "c", "a", "d"]],
    ["down", ["b", "c"], 4, ["a", "d", "b", "c"]],
    ["by one place", ["b"], 3, ["a", "c", "b", "d"]],
  ] as const)("moves cells %s without touching them", (_name, ids, index, expected) => {
    const cell = cellOf(notebook, "b");
    expect(edits.moveCells(notebook, ids, index, IDLE)).toBe(true);
    expect(texts(notebook)).toEqual(expected);
    expect(cellOf(notebook, "b")).toBe(cell);
  });

  it.each([
    [0, ["b", "c", "a", "d"]],
    [4, ["a", "d", "b", "c"]],
  ] as const)("moves the cells themselves to %i when the neighbour is busy", (index, expected) => {
    const neighbour = index === 0 ? "a" : "d";
    const cell = cellOf(notebook, neighbour);
    edits.moveCells(notebook, ["b", "c"], index, new Set([neighbour]));
    expect(texts(notebook)).toEqual(expected);
    expect(cellOf(notebook, neighbour)).toBe(cell);
  });

  it.each([
    [["a"], 4, [], ["b", "c", "d"]],
    [["a"], 4, ["a"], ["a"]],
    [["c", "d"], 0, ["d"], ["c", "d"]],
    [["a", "b", "c"], 4, ["d"], ["d"]],
  ])("moves %j to %i and lets the fewer go, but none of %j", (ids, index, busy, kept) => {
    const cells = kept.map((id) => cellOf(notebook, id));
    const rest = ["a", "b", "c", "d"].filter((id) => !ids.includes(id));
    edits.moveCells(notebook, ids, index, new Set(busy));
    expect(texts(notebook)).toEqual(index === 0 ? [...ids, ...rest] : [...rest, ...ids]);
    expect(kept.every((id, index) => cellOf(notebook, id) === cells[index])).toBe(true);
  });

  it("moves nothing beyond the ends, nor to where it is", () => {
    expect(edits.moveCells(notebook, ["a"], -1, IDLE)).toBe(false);
    expect(edits.moveCells(notebook, ["d"], 5, IDLE)).toBe(false);
    for (const index of [1, 2, 3]) expect(edits.moveCells(notebook, ["b", "c"], index, IDLE)).toBe(false);
    expect(texts(notebook)).toEqual(["a", "b", "c", "d"]);
  });

  it("keeps outputs, metadata and id of a moved cell", () => {
    addOutput(notebook, "a");
    edits.setHidden(notebook, ["a"], "outputs", true);
    edits.moveCells(notebook, ["b"], 0, IDLE);
    expect(notebook.ids()).toEqual(["b", "a", "c", "d"]);
    expect(outputsOf(notebook, "a")).toBe(1);
    expect(isHidden(cellOf(notebook, "a"), "outputs")).toBe(true);
  });

  it("splits at the cursor without the newlines there, and outputs stay above", () => {
    const [id = ""] = edits.insertCells(notebook, 0, [{ type: "code", source: "one\n\ntwo\nthree" }]);
    addOutput(notebook, id);
    edits.splitCell(notebook, id, [4, 8]);
    expect(texts(notebook).slice(0, 3)).toEqual(["one", "two", "three"]);
    expect(notebook.indexOf(id)).toBe(0);
    expect(outputsOf(notebook, id)).toBe(1);
    expect(new Set(notebook.ids()).size).toBe(7);
  });

  it("splits at the start into an empty cell and the rest", () => {
    edits.splitCell(notebook, "c", [0]);
    expect(texts(notebook)).toEqual(["a", "b", "", "c", "d"]);
  });

  it("merges cells into the first and clears its outputs", () => {
    addOutput(notebook, "b");
    expect(edits.mergeCells(notebook, ["b", "c", "d"])).toBe("b");
    expect(texts(notebook)).toEqual(["a", "b\nc\nd"]);
    expect(outputsOf(notebook, "b")).toBe(0);
  });

  it("merges nothing with one cell", () => {
    expect(edits.mergeCells(notebook, ["b"])).toBeUndefined();
    expect(texts(notebook)).toEqual(["a", "b", "c", "d"]);
  });

  it("changes types in place and keeps the text shared", () => {
    const source = cellSource(cellOf(notebook, "b"));
    edits.setCellType(notebook, ["b"], "markdown");
    expect(cellOf(notebook, "b").toJSON()).toEqual({ id: "b", cell_type: "markdown", source: "b", metadata: {} });
    edits.setCellType(notebook, ["b"], "code");
    expect(cellOf(notebook, "b").get("execution_state")).toBe("idle");
    expect(cellSource(cellOf(notebook, "b"))).toBe(source);
  });

  it("makes headings and changes their level", () => {
    edits.setHeading(notebook, ["a"], 2);
    edits.setHeading(notebook, ["a"], 4);
    expect(texts(notebook)[0]).toBe("#### a");
    expect(cellType(cellOf(notebook, "a"))).toBe("markdown");
  });

  it("clears outputs of code cells only", () => {
    addOutput(notebook, "a");
    edits.setCellType(notebook, ["b"], "raw");
    edits.clearOutputs(notebook, ["a", "b"]);
    expect(outputsOf(notebook, "a")).toBe(0);
    expect(cellOf(notebook, "a").get("execution_count")).toBeNull();
    expect(cellOf(notebook, "b").has("outputs")).toBe(false);
  });

  it("folds with the metadata of Jupyter and leaves none behind", () => {
    edits.setHidden(notebook, ["a"], "source", true);
    edits.setHidden(notebook, ["a"], "outputs", true);
    expect(cellOf(notebook, "a").toJSON().metadata).toEqual({
      jupyter: { source_hidden: true, outputs_hidden: true },
      collapsed: true,
    });
    edits.setHidden(notebook, ["a"], "outputs", false);
    edits.setHidden(notebook, ["a"], "source", false);
    expect(cellOf(notebook, "a").toJSON().metadata).toEqual({});
  });
});

describe("edits of two people at once", () => {
  let notebook: Notebook;
  let other: Notebook;
  let exchange: () => void;
  beforeEach(() => {
    notebook = notebookOf("a", "b", "c", "d");
    ({ other, exchange } = twoOf(notebook));
  });

  function expectAgreement(): void {
    expect(texts(notebook)).toEqual(texts(other));
    expect(notebook.ids()).toEqual(other.ids());
    expect(new Set(notebook.ids()).size).toBe(notebook.ids().length);
  }

  it("both move the same cell: it is there once", () => {
    edits.moveCells(notebook, ["a"], 2, IDLE);
    edits.moveCells(other, ["c"], 1, IDLE);
    exchange();
    expectAgreement();
    expect([...texts(notebook)].sort()).toEqual(["a", "b", "c", "d"]);
  });

  it("one moves, the other types in the moving cell: nothing typed is lost", () => {
    edits.moveCells(notebook, ["b"], 3, IDLE);
    cellSource(cellOf(other, "b")).insert(1, "!");
    exchange();
    expectAgreement();
    expect(texts(notebook)).toEqual(["a", "c", "b!", "d"]);
  });

  it("one deletes, the other moves over it", () => {
    edits.deleteCells(notebook, ["b"]);
    edits.moveCells(other, ["c"], 1, IDLE);
    exchange();
    expectAgreement();
    expect(notebook.ids()).toContain("c");
  });

  it("both delete the same cell", () => {
    edits.deleteCells(notebook, ["b"]);
    edits.deleteCells(other, ["b", "c"]);
    exchange();
    expectAgreement();
    expect(texts(notebook)).toEqual(["a", "d"]);
  });

  it("both split the same cell: ids differ and no text is lost", () => {
    cellSource(cellOf(notebook, "a")).insert(1, "\nb\nc");
    exchange();
    edits.splitCell(notebook, "a", [2]);
    edits.splitCell(other, "a", [4]);
    exchange();
    expectAgreement();
    expect(new Set(texts(notebook).join("\n").split("\n"))).toEqual(new Set(["a", "b", "c", "d"]));
  });

  it("one merges, the other types in the cell that stays", () => {
    edits.mergeCells(notebook, ["b", "c"]);
    cellSource(cellOf(other, "b")).insert(0, "> ");
    exchange();
    expectAgreement();
    expect(texts(notebook)).toEqual(["a", "> b\nc", "d"]);
  });

  it("one splits, the other deletes the cell: the new half stays", () => {
    cellSource(cellOf(notebook, "b")).insert(1, "\ntail");
    exchange();
    edits.splitCell(notebook, "b", [2]);
    edits.deleteCells(other, ["b"]);
    exchange();
    expectAgreement();
    expect(texts(notebook)).toEqual(["a", "tail", "c", "d"]);
  });

  it("both change the type of a cell differently: its fields fit its type", () => {
    edits.setCellType(notebook, ["a"], "markdown");
    edits.setCellType(other, ["a"], "markdown");
    exchange();
    edits.setCellType(notebook, ["a"], "code");
    edits.setCellType(other, ["a"], "raw");
    exchange();
    expectAgreement();
    const cell = cellOf(notebook, "a");
    expect(cell.get("outputs") instanceof Y.Array).toBe(cellType(cell) === "code");
    expect(cell.toJSON()).toEqual(cellOf(other, "a").toJSON());
  });

  it("a copy of a deleted cell does not come back when the deletion is taken back by its maker", () => {
    const undo = new NotebookUndo(notebook, () => IDLE);
    edits.deleteCells(notebook, ["b"]);
    edits.moveCells(other, ["a"], 2, IDLE); // the neighbour that jumps is b
    exchange();
    undo.undo();
    exchange();
    expectAgreement();
    expect(notebook.ids().filter((id) => id === "b")).toHaveLength(1);
  });

  it("random edits of two leave both with the same cells and no id twice", () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    const act = (one: Notebook): void => {
      const id = one.ids()[random(one.cells.length)] ?? "";
      const choices = [
        () => edits.insertCells(one, random(5), [{ type: "code", source: "x\ny" }]),
        () => edits.deleteCells(one, [id]),
        () => edits.moveCells(one, [id], random(one.cells.length + 1), IDLE),
        () => edits.splitCell(one, id, [random(3)]),
        () => edits.mergeCells(one, [id, one.ids()[one.indexOf(id) + 1] ?? ""]),
        () => edits.setCellType(one, [id], random(2) ? "markdown" : "code"),
      ];
      choices[random(choices.length)]?.();
    };
    for (let round = 0; round < 150; round += 1) {
      for (let step = 0; step < 3; step += 1) [notebook, other].forEach(act);
      exchange();
      expectAgreement();
    }
    expect(notebook.ids().every((id) => cellId(cellOf(notebook, id)) === id)).toBe(true);
  });
});
