/**
 * Taking back: edits to the structure of a notebook in one history, typing in each text in a history of its own.
 *
 * As in Jupyter, Ctrl-Z in a cell takes back what was typed there and `z` brings deleted cells back. What others did
 * is never taken back.
 */
import * as Y from "yjs";
import type { Notebook } from "./notebook.ts";
import { STRUCTURE } from "./notebook.ts";

/** Origin of typing: each editor has an instance, by which it knows its own changes. */
export class Typing {}

/** A history of what was typed in one text. */
export function typingHistory(text: Y.Text): Y.UndoManager {
  return new Y.UndoManager(text, { trackedOrigins: new Set([Typing]), captureTimeout: 500 });
}

export class NotebookUndo {
  private readonly structure: Y.UndoManager;
  private readonly typing = new Map<Y.Text, Y.UndoManager>();

  constructor(private readonly notebook: Notebook) {
    const trackedOrigins = new Set([STRUCTURE]);
    this.structure = new Y.UndoManager(notebook.cells, { trackedOrigins, captureTimeout: 0 });
  }

  /** Take the last edit to the structure back; returns the ids of cells that came (back), or `null` for no edit. */
  undo(): string[] | null {
    return this.changed(() => this.structure.undo());
  }

  redo(): string[] | null {
    return this.changed(() => this.structure.redo());
  }

  /** The history of a cell's text; it lives as long as the notebook is open, so that unmounting keeps it. */
  of(text: Y.Text): Y.UndoManager {
    const known = this.typing.get(text);
    if (known) return known;
    const history = typingHistory(text);
    this.typing.set(text, history);
    return history;
  }

  dispose(): void {
    this.structure.destroy();
    for (const history of this.typing.values()) history.destroy();
    this.typing.clear();
  }

  private changed(change: () => Y.UndoManager["undoStack"][number] | null): string[] | null {
    const before = new Set(this.notebook.ids());
    return change() ? this.notebook.ids().filter((id) => !before.has(id)) : null;
  }
}
