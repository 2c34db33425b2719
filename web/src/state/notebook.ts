/**
 * A notebook in a Yjs document: the schema of `jupyter_ydoc` 2 as `docs/live.md` has it.
 *
 * This module reads it; the edits that a person makes are in `notebook-edits`. Outputs are written by the agent alone.
 */
import * as Y from "yjs";

export type CellType = "code" | "markdown" | "raw";

/** A cell as it stands in the document; gone from it, it must not be read any more. */
export type Cell = Y.Map<unknown>;

/** What makes a cell, apart from its place; the form in which cells are copied. */
export interface CellContent {
  readonly type: CellType;
  readonly source: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly attachments?: unknown;
}

/** Origin of edits to the structure; `NotebookUndo` takes them back. */
export const STRUCTURE = Symbol("structure");
/** Origin of moves, which `NotebookUndo` takes back by moving again. */
export const MOVE = Symbol("move");
/** Origin of repairs, which nobody takes back. */
export const REPAIR = Symbol("repair");

/** The shared types of a notebook's document. */
export class Notebook {
  readonly cells: Y.Array<Cell>;
  readonly meta: Y.Map<unknown>;

  constructor(readonly ydoc: Y.Doc) {
    this.cells = ydoc.getArray<Cell>("cells");
    this.meta = ydoc.getMap("meta");
  }

  ids(): string[] {
    return this.cells.map(cellId);
  }

  /** Position of the cell, or -1. */
  indexOf(id: string): number {
    return this.ids().indexOf(id);
  }

  find(id: string): Cell | undefined {
    const index = this.indexOf(id);
    return index < 0 ? undefined : this.cells.get(index);
  }

  /** The language of code cells, in lower case; Python unless the metadata names another. */
  language(): string {
    const metadata = this.metadata();
    const named = field(metadata.language_info, "name") ?? field(metadata.kernelspec, "language");
    return typeof named === "string" && named ? named.toLowerCase() : "python";
  }

  /** The kernel that the notebook asks for, if it does, by the name that people know it by. */
  kernelName(): string | null {
    const { kernelspec } = this.metadata();
    const name = field(kernelspec, "display_name") ?? field(kernelspec, "name");
    return typeof name === "string" && name ? name : null;
  }

  private metadata(): Record<string, unknown> {
    return plain(this.meta.get("metadata"));
  }
}

export function cellId(cell: Cell): string {
  const id = cell.get("id");
  return typeof id === "string" ? id : "";
}

export function cellType(cell: Cell): CellType {
  const type = cell.get("cell_type");
  return type === "markdown" || type === "raw" ? type : "code";
}

/** The text of a cell; a detached one if the cell has none, which `repair` mends. */
export function cellSource(cell: Cell): Y.Text {
  const source = cell.get("source");
  return source instanceof Y.Text ? source : new Y.Text();
}

/** Metadata of a cell as a plain object. */
export function cellMetadata(cell: Cell): Record<string, unknown> {
  return plain(cell.get("metadata"));
}

/** Whether a part of the cell is folded away, by the keys that Jupyter and JupyterLab use. */
export function isHidden(cell: Cell, part: "source" | "outputs"): boolean {
  const metadata = cellMetadata(cell);
  if (field(metadata.jupyter, `${part}_hidden`) === true) return true;
  return part === "outputs" && metadata.collapsed === true;
}

export function readCell(cell: Cell): CellContent {
  const attachments = cell.get("attachments");
  return {
    type: cellType(cell),
    source: cellSource(cell).toString(),
    metadata: cellMetadata(cell),
    ...(attachments === undefined ? {} : { attachments: unshared(attachments) }),
  };
}

/** A new cell, not yet in a document. */
export function makeCell(content: CellContent, id: string = newCellId()): Cell {
  const cell: Cell = new Y.Map();
  cell.set("id", id);
  cell.set("cell_type", content.type);
  cell.set("source", new Y.Text(content.source));
  cell.set("metadata", new Y.Map(Object.entries(content.metadata ?? {})));
  if (content.type === "code") setCodeFields(cell);
  else if (content.attachments !== undefined) cell.set("attachments", content.attachments);
  return cell;
}

/** Fields that code cells have and others must not have. */
export const CODE_FIELDS = ["outputs", "execution_count", "execution_state"] as const;

export function setCodeFields(cell: Cell): void {
  cell.set("outputs", new Y.Array());
  cell.set("execution_count", null);
  cell.set("execution_state", "idle");
}

/** Twelve hexadecimal digits; Jupyter allows up to 64 characters of `[a-zA-Z0-9-_]`. */
export function newCellId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(6));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A shared type as plain data; anything else as it is. */
function unshared(value: unknown): unknown {
  return value instanceof Y.AbstractType ? value.toJSON() : value;
}

function plain(value: unknown): Record<string, unknown> {
  const data = unshared(value);
  return isRecord(data) ? data : {};
}

function field(value: unknown, key: string): unknown {
  return isRecord(value) ? value[key] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
