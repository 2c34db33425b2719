/**
 * Taking back: edits to the structure of a notebook in one history, typing in each text in a history of its own.
 *
 * Moves are taken back by moving again, so that what was written since stays; each knows after which edits it came.
 *
 * As in Jupyter, Ctrl-Z in a cell takes back what was typed there and `z` brings deleted cells back. What others did
 * is never taken back.
 */
import * as Y from "yjs";
import type { Notebook } from "./notebook.ts";
import { STRUCTURE } from "./notebook.ts";
import { moveCells } from "./notebook-edits.ts";

/** Origin of typing: each editor has an instance, by which it knows its own changes. */
export class Typing {}

/** A history of what was typed in one text. */
export function typingHistory(text: Y.Text): Y.UndoManager {
  return new Y.UndoManager(text, { trackedOrigins: new Set([Typing]), captureTimeout: 500 });
}

type Stack = Y.UndoManager["undoStack"];

/** What takes a move back. */
interface Move {
  readonly ids: readonly string[];
  /** What was above them, in its order. */
  readonly above: readonly string[];
  /** How many edits could be taken back (or done again) then. */
  readonly edits: number;
}

export class NotebookUndo {
  private readonly structure: Y.UndoManager;
  private readonly typing = new Map<Y.Text, Y.UndoManager>();
  private readonly moves: Move[] = [];
  private readonly unmoves: Move[] = [];

  /** `busy` tells which cells somebody types or runs in. */
  constructor(
    private readonly notebook: Notebook,
    private readonly busy: () => ReadonlySet<string>,
  ) {
    const trackedOrigins = new Set([STRUCTURE]);
    this.structure = new Y.UndoManager(notebook.cells, { trackedOrigins, captureTimeout: 0 });
    this.structure.on("stack-item-added", ({ type }) => {
      if (type === "undo" && !this.structure.redoing) this.unmoves.length = 0;
    });
  }

  /** Move cells before the one that is at position `index` now; returns whether that is another place. */
  move(ids: readonly string[], index: number): boolean {
    const moved = this.moved(ids, index, this.moves, this.structure.undoStack);
    if (moved) this.structure.clear(false, true);
    if (moved) this.unmoves.length = 0;
    return moved;
  }

  /** Take the last edit or move back; returns the ids of cells that came (back) or moved, or `null` for none. */
  undo(): string[] | null {
    const { undoStack, redoStack } = this.structure;
    const moved = this.moveBack(this.moves, undoStack, this.unmoves, redoStack);
    return moved ?? this.changed(() => this.structure.undo());
  }

  redo(): string[] | null {
    const { undoStack, redoStack } = this.structure;
    const moved = this.moveBack(this.unmoves, redoStack, this.moves, undoStack);
    return moved ?? this.changed(() => this.structure.redo());
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

  private moved(ids: readonly string[], index: number, moves: Move[], { length: edits }: Stack): boolean {
    const order = this.notebook.ids();
    const above = order.slice(
      0,
      order.findIndex((id) => ids.includes(id)),
    );
    const isMoved = moveCells(this.notebook, ids, index, this.busy());
    if (isMoved) moves.push({ ids, above, edits });
    return isMoved;
  }

  /** Take moves back that came after all edits that there are, until one changes something. */
  private moveBack(moves: Move[], edits: Stack, backs: Move[], editsBack: Stack): string[] | null {
    for (let last = moves.at(-1); last && last.edits >= edits.length; last = moves.at(-1)) {
      moves.pop();
      const places = last.above.map((id) => this.notebook.indexOf(id)).filter((place) => place >= 0);
      const { ids } = last;
      if (this.moved(ids, (places.at(-1) ?? -1) + 1, backs, editsBack))
        return this.notebook.ids().filter((id) => ids.includes(id));
    }
    return null;
  }

  private changed(change: () => Y.UndoManager["undoStack"][number] | null): string[] | null {
    const before = new Set(this.notebook.ids());
    return change() ? this.notebook.ids().filter((id) => !before.has(id)) : null;
  }
}
