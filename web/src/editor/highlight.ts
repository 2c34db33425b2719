/**
 * Highlighted code without an editor: what a cell looks like until one edits it.
 *
 * The classes (`tok-keyword`, …) are the ones that the editors use, so nothing changes its looks when an editor takes
 * the place of static code. CodeMirror itself is not loaded for Python.
 */
import type { Parser } from "@lezer/common";
import { classHighlighter, highlightCode } from "@lezer/highlight";
import { parser as python } from "@lezer/python";

/** A piece of one line, with CSS classes or none. */
export interface Token {
  readonly text: string;
  readonly classes: string;
}

/** Longer code stays plain until an editor shows it. */
const LIMIT = 50_000;

const parsers = new Map<string, Parser | null>([
  ["python", python],
  ["ipython", python],
  ["python3", python],
  ["py", python],
]);

/** The parser of a language by one of its names, if it is there already; `undefined` if it is not yet known. */
export function knownParser(language: string): Parser | null | undefined {
  return language === "" ? null : parsers.get(language.toLowerCase());
}

/** The parser of a language by one of its names; `null` if we have none. */
export async function loadParser(language: string): Promise<Parser | null> {
  const known = knownParser(language);
  if (known !== undefined) return known;
  const { loadLanguage } = await import("./languages.ts");
  const parser = (await loadLanguage(language))?.language.parser ?? null;
  parsers.set(language.toLowerCase(), parser);
  return parser;
}

const plain = (text: string): Token[] => (text === "" ? [] : [{ text, classes: "" }]);

/** Code as lines of tokens; an empty line has none. */
export function highlighted(code: string, parser: Parser | null): readonly (readonly Token[])[] {
  if (parser === null || code.length > LIMIT) return code.split("\n").map(plain);
  const lines: Token[][] = [[]];
  const put = (text: string, classes: string): void => void lines.at(-1)?.push({ text, classes });
  highlightCode(code, parser.parse(code), classHighlighter, put, () => lines.push([]));
  return lines;
}
