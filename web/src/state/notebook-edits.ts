/**
 * Every edit that a person makes to the structure of a notebook: one transaction each, so that each is undone as one.
 *
 * Edits name cells by id, not by position: positions change under our hands. A cell that somebody else deleted
 * meanwhile is passed over.
 */
import * as Y from "yjs";
import type { Cell, CellContent, CellType, Notebook } from "./notebook.ts";
import {
  CODE_FIELDS,
  cellId,
  cellMetadata,
  cellSource,
  cellType,
  MOVE,
  makeCell,
  STRUCTURE,
  setCodeFields,
} from "./notebook.ts";

/** Insert cells before position `index`; returns their new ids. */
export function insertCells(notebook: Notebook, index: number, contents: readonly CellContent[]): string[] {
  const cells = contents.map((content) => makeCell(content));
  edit(notebook, () => notebook.cells.insert(clamp(index, notebook.cells.length), cells));
  return cells.map(cellId);
}

/** Delete cells; a notebook from which all went gets an empty code cell, as in Jupyter. */
export function deleteCells(notebook: Notebook, ids: readonly string[]): void {
  edit(notebook, () => {
    for (const index of positions(notebook, ids).reverse()) notebook.cells.delete(index);
    if (notebook.cells.length === 0) notebook.cells.insert(0, [makeCell({ type: "code", source: "" })]);
  });
}

/**
 * Move cells before the one that is at position `index` now; returns whether that is another place.
 *
 * A moved cell is a new one to Yjs, so the fewer go: the cells themselves, or those that they pass. `busy` names cells
 * that somebody types or runs in; they stay what they are, unless there are some of them on both sides. A move is not
 * in the history of edits: taking it back there would bring the text of that time back, too.
 */
export function moveCells(
  notebook: Notebook,
  ids: readonly string[],
  index: number,
  busy: ReadonlySet<string>,
): boolean {
  const moving = positions(notebook, ids);
  const [first = 0, last = 0] = [moving[0], moving.at(-1)];
  const [from, to] = index <= first ? [index, last] : [first, index - 1];
  const passed = range(from, to).filter((place) => !moving.includes(place));
  if (moving.length === 0 || passed.length === 0 || index < 0 || index > notebook.cells.length) return false;
  const isBusy = (places: readonly number[]): boolean => places.some((at) => busy.has(cellId(notebook.cells.get(at))));
  const pass = !isBusy(passed) && (isBusy(moving) || passed.length <= moving.length);
  notebook.ydoc.transact(() => {
    if (pass) jump(notebook, passed, index <= first ? last + 1 : first);
    else jump(notebook, moving, index);
  }, MOVE);
  return true;
}

/** Cut a cell in two or more at UTF-16 offsets; what comes before the first stays in the cell with its outputs. */
export function splitCell(notebook: Notebook, id: string, offsets: readonly number[]): string[] {
  const cell = notebook.find(id);
  if (!cell) return [];
  const source = cellSource(cell);
  const [head = "", ...tails] = cutAt(source.toString(), offsets);
  const cells = tails.map((text) => makeCell({ type: cellType(cell), source: trimmed(text, "start") }));
  const kept = trimmed(head, "end").length;
  edit(notebook, () => {
    source.delete(kept, source.length - kept);
    notebook.cells.insert(notebook.indexOf(id) + 1, cells);
  });
  return cells.map(cellId);
}

/** Append the texts of the cells to the first of them, which keeps its type and id; returns that id. */
export function mergeCells(notebook: Notebook, ids: readonly string[]): string | undefined {
  const [first, ...rest] = positions(notebook, ids).map((index) => notebook.cells.get(index));
  if (!first || rest.length === 0) return undefined;
  const separator = cellType(first) === "code" ? "\n" : "\n\n";
  const source = cellSource(first);
  const tail = rest.map((cell) => separator + cellSource(cell).toString()).join("");
  const gone = positions(notebook, rest.map(cellId));
  edit(notebook, () => {
    source.insert(source.length, tail);
    clear(first);
    for (const index of gone.reverse()) notebook.cells.delete(index);
  });
  return cellId(first);
}

/** Make cells code, Markdown or raw in place: their texts stay the same shared texts. */
export function setCellType(notebook: Notebook, ids: readonly string[], type: CellType): void {
  edit(notebook, () => {
    for (const cell of each(notebook, ids)) {
      if (cellType(cell) === type) continue;
      cell.set("cell_type", type);
      if (type === "code") setCodeFields(cell);
      else for (const name of CODE_FIELDS) cell.delete(name);
      if (type === "code") cell.delete("attachments");
    }
  });
}

/** Make cells headings of Markdown with `level` number signs. */
export function setHeading(notebook: Notebook, ids: readonly string[], level: number): void {
  edit(notebook, () => {
    setCellType(notebook, ids, "markdown");
    for (const cell of each(notebook, ids)) {
      const source = cellSource(cell);
      source.delete(0, /^#* ?/.exec(source.toString())?.[0].length ?? 0);
      source.insert(0, `${"#".repeat(level)} `);
    }
  });
}

/** Take the outputs and the numbers of code cells away. */
export function clearOutputs(notebook: Notebook, ids: readonly string[]): void {
  edit(notebook, () => each(notebook, ids).forEach(clear));
}

/** Fold or unfold a part of cells, by the metadata that Jupyter uses. */
export function setHidden(
  notebook: Notebook,
  ids: readonly string[],
  part: "source" | "outputs",
  hidden: boolean,
): void {
  edit(notebook, () => {
    for (const cell of each(notebook, ids)) {
      const jupyter = { ...(cellMetadata(cell).jupyter as object | undefined), [`${part}_hidden`]: hidden };
      if (!hidden) delete jupyter[`${part}_hidden`];
      setMetadata(cell, "jupyter", Object.keys(jupyter).length ? jupyter : undefined);
      if (part === "outputs") setMetadata(cell, "collapsed", hidden || undefined);
    }
  });
}

/** Whether long outputs scroll in a box; `undefined` leaves it to their length. */
export function setScrolled(notebook: Notebook, ids: readonly string[], scrolled: boolean | undefined): void {
  edit(notebook, () => each(notebook, ids).forEach((cell) => setMetadata(cell, "scrolled", scrolled)));
}

function edit(notebook: Notebook, change: () => void): void {
  notebook.ydoc.transact(change, STRUCTURE);
}

/** Positions of those of the cells that exist, rising. */
function positions(notebook: Notebook, ids: readonly string[]): number[] {
  const wanted = new Set(ids);
  return notebook.ids().flatMap((id, index) => (wanted.has(id) ? [index] : []));
}

function each(notebook: Notebook, ids: readonly string[]): Cell[] {
  return positions(notebook, ids).map((index) => notebook.cells.get(index));
}

function jump(notebook: Notebook, places: readonly number[], to: number): void {
  const cells = places.map((place) => notebook.cells.get(place).clone());
  for (const place of [...places].reverse()) notebook.cells.delete(place);
  notebook.cells.insert(to - places.filter((place) => place < to).length, cells);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}

function clear(cell: Cell): void {
  if (cellType(cell) !== "code") return;
  const outputs = cell.get("outputs");
  if (outputs instanceof Y.Array) outputs.delete(0, outputs.length);
  if (cell.get("execution_count") != null) cell.set("execution_count", null);
}

function setMetadata(cell: Cell, key: string, value: unknown): void {
  const metadata = cell.get("metadata");
  if (!(metadata instanceof Y.Map)) cell.set("metadata", new Y.Map(value === undefined ? [] : [[key, value]]));
  else if (value === undefined) metadata.delete(key);
  else metadata.set(key, value);
}

function cutAt(text: string, offsets: readonly number[]): string[] {
  const cuts = [...new Set(offsets.map((offset) => clamp(offset, text.length)))].sort((a, b) => a - b);
  return [0, ...cuts].map((from, index) => text.slice(from, cuts[index]));
}

/** The newlines at a cut belong to neither side. */
function trimmed(text: string, side: "start" | "end"): string {
  return side === "start" ? text.replace(/^\n+/, "") : text.replace(/\n+$/, "");
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(most, value));
}
