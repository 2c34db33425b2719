import { signal } from "@preact/signals";
import { beforeEach, describe, expect, it } from "vitest";
import { Selection } from "./notebook-selection.ts";

describe("selection of cells", () => {
  const ids = signal<readonly string[]>([]);
  let selection: Selection;
  beforeEach(() => {
    ids.value = ["a", "b", "c", "d"];
    selection = new Selection(ids);
    selection.settle();
  });

  it("starts with the first cell in command mode", () => {
    expect(selection.active.value).toBe("a");
    expect(selection.selected.value).toEqual(["a"]);
    expect(selection.mode.value).toBe("command");
  });

  it("extends up and down around its anchor, and stops at the ends", () => {
    selection.activate("b");
    selection.step(1, "extending");
    expect(selection.selected.value).toEqual(["b", "c"]);
    selection.step(-1, "extending");
    selection.step(-1, "extending");
    expect(selection.selected.value).toEqual(["a", "b"]);
    expect(selection.step(-1, "extending")).toBeNull();
    expect(selection.active.value).toBe("a");
  });

  it("a step alone drops the others", () => {
    selection.selectAll();
    expect(selection.selected.value).toEqual(["a", "b", "c", "d"]);
    selection.step(-1);
    expect(selection.selected.value).toEqual(["c"]);
  });

  it("stays on its cell when others insert or move cells", () => {
    selection.activate("b");
    ids.value = ["new", "a", "c", "b", "d"];
    selection.settle();
    expect(selection.active.value).toBe("b");
  });

  it("goes to the cell that took the place of a deleted one, out of edit mode", () => {
    selection.activate("d");
    selection.mode.value = "edit";
    ids.value = ["a", "b"];
    selection.settle();
    expect(selection.active.value).toBe("b");
    expect(selection.mode.value).toBe("command");
    ids.value = [];
    selection.settle();
    expect(selection.active.value).toBeNull();
    expect(selection.selected.value).toEqual([]);
  });
});
