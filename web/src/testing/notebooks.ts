/** Notebooks without an agent. */
import * as Y from "yjs";
import { type Cell, cellSource, makeCell, Notebook } from "../state/notebook.ts";
import { repair } from "../state/notebook-repair.ts";

/** A notebook of code cells; the text of each is its id, too. */
export function notebookOf(...sources: string[]): Notebook {
  const notebook = new Notebook(new Y.Doc());
  notebook.cells.push(sources.map((source) => makeCell({ type: "code", source }, source)));
  return notebook;
}

/** No cell that somebody types or runs in. */
export const IDLE: ReadonlySet<string> = new Set();

export const texts = (notebook: Notebook): string[] => notebook.cells.map((cell) => cellSource(cell).toString());

export const cellOf = (notebook: Notebook, id: string): Cell => {
  const cell = notebook.find(id);
  if (!cell) throw new Error(`no cell ${id}`);
  return cell;
};

/** A second copy of the notebook, and a way to exchange what happened in both since. */
export function twoOf(notebook: Notebook): { other: Notebook; exchange(): void } {
  const other = new Notebook(new Y.Doc());
  Y.applyUpdate(other.ydoc, Y.encodeStateAsUpdate(notebook.ydoc));
  const send = (from: Y.Doc, to: Y.Doc) => Y.applyUpdate(to, Y.encodeStateAsUpdate(from, Y.encodeStateVector(to)));
  return {
    other,
    exchange() {
      for (let round = 0; round < 2; round += 1) {
        send(notebook.ydoc, other.ydoc);
        send(other.ydoc, notebook.ydoc);
        repair(notebook);
        repair(other);
      }
      send(notebook.ydoc, other.ydoc);
      send(other.ydoc, notebook.ydoc);
    },
  };
}

export function addOutput(notebook: Notebook, id: string): void {
  (cellOf(notebook, id).get("outputs") as Y.Array<unknown>).push([new Y.Map([["output_type", "stream"]])]);
  cellOf(notebook, id).set("execution_count", 3);
}

export const outputsOf = (notebook: Notebook, id: string): number =>
  (cellOf(notebook, id).get("outputs") as Y.Array<unknown>).length;
