/** A list of projects as somebody wants to see it: which of them, in which order. */
import type { Listed, RunState } from "./projects.ts";

export const VIEWS = ["own", "hidden", "deleted"] as const;
export type View = (typeof VIEWS)[number];

export const COLUMNS = ["title", "state", "edited"] as const;
export type Column = (typeof COLUMNS)[number];

export interface Order {
  readonly column: Column;
  readonly isDown: boolean;
}

/** The last edited are the first, as the hub sends them. */
export const FIRST_ORDER: Order = { column: "edited", isDown: true };

const RANK: Readonly<Record<RunState, number>> = { running: 0, starting: 1, stopping: 2, opened: 3 };

/** The order after a press on a column's head: that column, or the same one turned round. */
export function pressed(order: Order, column: Column): Order {
  if (order.column === column) return { column, isDown: !order.isDown };
  return { column, isDown: column === "edited" };
}

/** Those whose title, or whose people's names, have all words of `query` in them. */
export function found(projects: readonly Listed[], query: string, names: Readonly<Record<string, string>>): Listed[] {
  const words = query.toLowerCase().split(/\s+/);
  return projects.filter((project) => {
    const text = [project.title, ...project.people.map((id) => names[id] ?? "")].join("\n").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

type Compare = (a: Listed, b: Listed) => number;
type StateOf = (project: Listed) => RunState;

export function inOrder(
  projects: readonly Listed[],
  { column, isDown }: Order,
  stateOf: StateOf,
  language: string,
): Listed[] {
  const compare = comparison(column, stateOf, language);
  return [...projects].sort((a, b) => (isDown ? compare(b, a) : compare(a, b)));
}

function comparison(column: Column, stateOf: StateOf, language: string): Compare {
  switch (column) {
    case "title": {
      const { compare } = new Intl.Collator(language, { numeric: true, sensitivity: "base" });
      return (a, b) => compare(a.title, b.title);
    }
    case "state":
      return (a, b) => RANK[stateOf(a)] - RANK[stateOf(b)];
    case "edited":
      return (a, b) => (a.last_edited ?? 0) - (b.last_edited ?? 0);
  }
}
