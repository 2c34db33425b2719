/**
 * What concurrent edits can break, and how every page mends it in the same way.
 *
 * Two people who move one cell at the same time leave it twice: the first stays, so that pages which see only some of
 * the copies never delete them all. Two who change the type of one cell leave fields of the other type.
 */
import * as Y from "yjs";
import type { Cell, Notebook } from "./notebook.ts";
import { CODE_FIELDS, cellId, cellType, newCellId, REPAIR } from "./notebook.ts";

/** Mend the notebook; returns whether anything was wrong. */
export function repair(notebook: Notebook): boolean {
  const surplus = surplusCells(notebook);
  const broken = notebook.cells.toArray().filter((cell) => isBroken(cell));
  if (surplus.length === 0 && broken.length === 0) return false;
  notebook.ydoc.transact(() => {
    broken.forEach(mend);
    for (const index of surplus.reverse()) notebook.cells.delete(index);
  }, REPAIR);
  return true;
}

/** Positions of all but the first of each id. */
function surplusCells(notebook: Notebook): number[] {
  const seen = new Set<string>();
  return notebook.ids().flatMap((id, index) => {
    if (id !== "" && seen.has(id)) return [index];
    seen.add(id);
    return [];
  });
}

function isBroken(cell: Cell): boolean {
  if (cellId(cell) === "" || !(cell.get("source") instanceof Y.Text)) return true;
  if (cellType(cell) === "code") return !(cell.get("outputs") instanceof Y.Array);
  return CODE_FIELDS.some((name) => cell.has(name));
}

function mend(cell: Cell): void {
  if (cellId(cell) === "") cell.set("id", newCellId());
  if (!(cell.get("source") instanceof Y.Text)) cell.set("source", new Y.Text());
  if (cellType(cell) !== "code") CODE_FIELDS.forEach((name) => cell.delete(name));
  else if (!(cell.get("outputs") instanceof Y.Array)) cell.set("outputs", new Y.Array());
}
