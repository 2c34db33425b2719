/**
 * What is typed into a cell while somebody else moves it, or deletes it.
 *
 * A cell that moves is made anew, and Yjs drops what others have put into the old one since. This page still knows the
 * text: while the agent has not acknowledged it, it is given to the cell's successor. A deleted cell comes back only
 * after a time without connection: who deletes what is just being typed has seen it.
 */
import * as Y from "yjs";
import type { LiveDocument } from "./document.ts";
import { type Cell, cellId, makeCell, Notebook, readCell } from "./notebook.ts";

/** Look after it for as long as the document lives. */
export function keepTyped(document: LiveDocument): void {
  const notebook = new Notebook(document.ydoc);
  const typed = new Set<Cell>();
  document.ydoc.on("afterTransaction", ({ local, changed }) => {
    for (const type of local ? changed.keys() : [])
      if (type instanceof Y.Text && type.parent instanceof Y.Map && type.parent.get("source") === type)
        typed.add(type.parent as Cell);
  });
  document.unacknowledged.subscribe((count) => {
    if (count === 0) typed.clear();
  });
  document.around = (apply, isAnswer) => {
    const before = [...typed].filter(isThere).map((cell) => ({ cell, id: cellId(cell), content: readCell(cell) }));
    apply();
    const lost = before.filter(({ cell, id }) => !isThere(cell) && (isAnswer || notebook.indexOf(id) >= 0));
    if (lost.length === 0) return;
    const successors = new Notebook(new Y.Doc());
    successors.cells.insert(
      0,
      lost.map(({ id, content }) => makeCell(content, id)),
    );
    document.unite(successors.ydoc);
  };
}

const isThere = (cell: Cell): boolean => cell._item?.deleted === false;
