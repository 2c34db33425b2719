/** Which rows are selected and where the keyboard is, as values. */

export interface Selection {
  readonly names: ReadonlySet<string>;
  /** Where the keyboard is, and from where a range begins. */
  readonly active: string | null;
  readonly anchor: string | null;
}

export const NOTHING: Selection = { names: new Set(), active: null, anchor: null };

export function only(name: string): Selection {
  return { names: new Set([name]), active: name, anchor: name };
}

export function toggled(selection: Selection, name: string): Selection {
  const names = new Set(selection.names);
  if (!names.delete(name)) names.add(name);
  return { names, active: name, anchor: name };
}

/** From the anchor to `name`, in the order of the rows. */
export function extended(selection: Selection, name: string, rows: readonly string[]): Selection {
  const from = rows.indexOf(selection.anchor ?? selection.active ?? name);
  const to = rows.indexOf(name);
  const [first, last] = from < to ? [from, to] : [to, from];
  return { names: new Set(rows.slice(Math.max(0, first), last + 1)), active: name, anchor: rows[from] ?? name };
}

/** The row that a step leads to; at the ends one stays. */
export function stepped(selection: Selection, step: number, rows: readonly string[]): string | null {
  const at = selection.active === null ? -1 : rows.indexOf(selection.active);
  const to = at === -1 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + step));
  return rows[to] ?? null;
}

/** Without what is not there any more. */
export function kept(selection: Selection, rows: ReadonlySet<string>): Selection {
  const names = new Set([...selection.names].filter((name) => rows.has(name)));
  const still = (name: string | null): string | null => (name !== null && rows.has(name) ? name : null);
  if (names.size === selection.names.size && still(selection.active) === selection.active) return selection;
  return { names, active: still(selection.active), anchor: still(selection.anchor) };
}
