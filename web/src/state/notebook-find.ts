/** Finding and replacing over the cells of a notebook. */

import type { Notebook } from "./notebook.ts";
import { cellId, cellSource, STRUCTURE } from "./notebook.ts";

export interface Query {
  readonly text: string;
  readonly caseSensitive: boolean;
  readonly regularExpression: boolean;
}

export interface Match {
  readonly cell: string;
  readonly from: number;
  readonly to: number;
}

/** How many matches are looked for at most. */
export const MATCH_LIMIT = 10_000;

/** All matches in the order of the cells; `null` if the expression cannot be read. */
export function findMatches(notebook: Notebook, query: Query): Match[] | null {
  const pattern = patternOf(query);
  if (pattern === null) return null;
  const matches: Match[] = [];
  for (const cell of query.text ? notebook.cells : []) {
    for (const match of cellSource(cell).toString().matchAll(pattern)) {
      if (match[0] === "") continue;
      matches.push({ cell: cellId(cell), from: match.index, to: match.index + match[0].length });
      if (matches.length >= MATCH_LIMIT) return matches;
    }
  }
  return matches;
}

/** Replace matches, in one edit that is undone as one; returns how many were replaced. */
export function replaceMatches(
  notebook: Notebook,
  query: Query,
  matches: readonly Match[],
  replacement: string,
): number {
  const pattern = patternOf({ ...query });
  let replaced = 0;
  notebook.ydoc.transact(() => {
    for (const match of [...matches].reverse()) {
      const cell = notebook.find(match.cell);
      if (!cell || !pattern) continue;
      const source = cellSource(cell);
      const found = exactly(pattern, source.toString(), match);
      if (!found) continue;
      source.delete(match.from, match.to - match.from);
      source.insert(match.from, query.regularExpression ? expand(replacement, found) : replacement);
      replaced += 1;
    }
  }, STRUCTURE);
  return replaced;
}

/** What the query looks for; `null` if the expression cannot be read. */
export function patternOf(query: Query): RegExp | null {
  const text = query.regularExpression ? query.text : query.text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  try {
    return new RegExp(text, query.caseSensitive ? "gmu" : "gimu");
  } catch {
    return null;
  }
}

/** The match at its place, if it is still there. */
function exactly(pattern: RegExp, text: string, match: Match): RegExpExecArray | null {
  pattern.lastIndex = match.from;
  const found = pattern.exec(text);
  return found?.index === match.from && found[0].length === match.to - match.from ? found : null;
}

/** `$1` … `$9`, `$&` and `$$` in a replacement. */
function expand(replacement: string, found: RegExpExecArray): string {
  return replacement.replace(/\$([$&1-9])/g, (_, sign: string) => {
    if (sign === "$") return "$";
    return found[sign === "&" ? 0 : Number(sign)] ?? "";
  });
}
