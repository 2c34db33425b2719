/** The cells of a notebook's file or document as values, and what is different between two lists of them. */
import { type MimeBundle, textOf } from "../../outputs/model.ts";
import type { CellType } from "../../state/notebook.ts";
import { isObject, isString, type Unknowns } from "../../wire/json.ts";

export interface PastCell {
  readonly id: string | null;
  readonly type: CellType;
  readonly source: string;
  /** As nbformat has them. */
  readonly outputs: readonly unknown[];
  readonly attachments: Readonly<Record<string, MimeBundle>>;
}

export type Change = "same" | "changed" | "outputs" | "added" | "removed";

export interface ComparedCell {
  readonly change: Change;
  readonly cell: PastCell;
  /** Its text in the other list. */
  readonly before: string;
}

/** The cells of a notebook's file; throws `SyntaxError` if it is none. */
export function cellsOfFile(content: string): readonly PastCell[] {
  const file: unknown = JSON.parse(content);
  if (!isObject(file) || !Array.isArray(file.cells)) throw new SyntaxError("this is no notebook");
  return file.cells.filter(isObject).map(cellOf);
}

/** What a notebook's file calls the language of its code; `""` if it says none. */
export function languageOfFile(content: string): string {
  const file: unknown = JSON.parse(content);
  const { language_info: info, kernelspec } = isObject(file) && isObject(file.metadata) ? file.metadata : {};
  const [named, wanted] = [isObject(info) && info.name, isObject(kernelspec) && kernelspec.language];
  return isString(named) ? named : isString(wanted) ? wanted : "";
}

/** A cell in JSON, whether of a file or of a document. */
export function cellOf(json: Unknowns): PastCell {
  const { id, cell_type: type, source, outputs, attachments } = json;
  return {
    id: isString(id) ? id : null,
    type: type === "markdown" || type === "raw" ? type : "code",
    source: textOf(source),
    outputs: Array.isArray(outputs) ? outputs : [],
    attachments: isObject(attachments) ? (attachments as Readonly<Record<string, MimeBundle>>) : {},
  };
}

/** The cells of `now` in their order; those that only `before` has come after the cell that they came after there. */
export function compareCells(before: readonly PastCell[], now: readonly PastCell[]): readonly ComparedCell[] {
  const pairs = paired(before, now);
  const rows: ComparedCell[] = [];
  const put = (cell: PastCell, change: Change, old = ""): void => void rows.push({ change, cell, before: old });
  const followers = removedAfter(before, new Set(pairs.values()));
  for (const cell of followers.get(null) ?? []) put(cell, "removed");
  for (const cell of now) {
    const old = pairs.get(cell);
    if (old === undefined) put(cell, "added");
    else put(cell, changeOf(old, cell), old.source);
    for (const gone of (old && followers.get(old)) ?? []) put(gone, "removed");
  }
  return rows;
}

/** Which cell each cell of `now` was: by its id, or by its text where files have no ids. */
function paired(before: readonly PastCell[], now: readonly PastCell[]): ReadonlyMap<PastCell, PastCell> {
  const left = new Set(before);
  const pairs = new Map<PastCell, PastCell>();
  const pair = (is: (old: PastCell, cell: PastCell) => boolean): void => {
    for (const cell of now) {
      const old = pairs.has(cell) ? undefined : [...left].find((one) => is(one, cell));
      if (old === undefined) continue;
      pairs.set(cell, old);
      left.delete(old);
    }
  };
  pair((old, cell) => old.id !== null && old.id === cell.id);
  pair((old, cell) => (old.id === null || cell.id === null) && old.type === cell.type && old.source === cell.source);
  return pairs;
}

function removedAfter(
  before: readonly PastCell[],
  kept: ReadonlySet<PastCell>,
): ReadonlyMap<PastCell | null, readonly PastCell[]> {
  const followers = new Map<PastCell | null, PastCell[]>();
  let last: PastCell | null = null;
  for (const cell of before) {
    if (kept.has(cell)) last = cell;
    else followers.set(last, [...(followers.get(last) ?? []), cell]);
  }
  return followers;
}

function changeOf(old: PastCell, cell: PastCell): Change {
  if (old.source !== cell.source || old.type !== cell.type) return "changed";
  return written(old.outputs) === written(cell.outputs) ? "same" : "outputs";
}

/** The same text for what nbformat means the same by: lists of lines and texts, names in any order. */
function written(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (Array.isArray(inner) && inner.length > 0 && inner.every(isString)) return inner.join("");
    return isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner;
  });
}
