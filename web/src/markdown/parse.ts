/**
 * CommonMark with tables, task lists, strikethrough and mathematics, as HTML that is not yet safe.
 *
 * Formulas are tokens of their own, so that nothing in them is taken for emphasis, a heading or a table. In the HTML
 * they are `<code class="math-inline">` with their source; whoever writes that as HTML gets a formula too.
 */
import { Marked, type TokenizerExtension, type Tokens } from "marked";
import { withStylesHeld } from "./styles.ts";

interface Formula extends Tokens.Generic {
  readonly text: string;
  readonly display: boolean;
}

/** `$$…$$`, `\\[…\\]` and environments that stand at the beginning of a line. */
const BLOCK = /^ {0,3}(?:\$\$(.+?)\$\$|\\\\\[(.+?)\\\\\]|(\\begin\{(\w+\*?)\}.*?\\end\{\4\}))[ \t]*(?=\n|$)/s;
const BLOCK_START = /(?:^|\n) {0,3}(?:\$\$|\\\\\[|\\begin\{)/;
const DISPLAY = /^(?:\$\$((?:\\.|[^$\\])+?)\$\$|\\\\\[(.+?)\\\\\]|(\\begin\{(\w+\*?)\}.*?\\end\{\4\}))/s;
/** A dollar that a digit follows closes nothing: "from $5 to $10" has no formula. */
const INLINE = /^(?:\$((?:\\.|[^$\\\n]|\n(?!\s*\n))+?)\$(?!\d)|\\\\\(((?:[^\n]|\n(?!\s*\n))+?)\\\\\))/s;
const INLINE_START = /\$|\\\\[([]|\\begin\{/;

function formula(match: RegExpExecArray | null, type: string, display: boolean): Formula | undefined {
  if (!match) return undefined;
  return { type, raw: match[0], text: (match[1] ?? match[2] ?? match[3] ?? "").trim(), display };
}

const block: TokenizerExtension = {
  name: "formulaBlock",
  level: "block",
  start: (source) => BLOCK_START.exec(source)?.index,
  tokenizer: (source) => formula(BLOCK.exec(source), "formulaBlock", true),
};

const inline: TokenizerExtension = {
  name: "formula",
  level: "inline",
  start: (source) => INLINE_START.exec(source)?.index,
  tokenizer: (source) =>
    formula(DISPLAY.exec(source), "formula", true) ?? formula(INLINE.exec(source), "formula", false),
};

function markup(token: Tokens.Generic): string {
  const { text, display } = token as Formula;
  return `<code class="math-${display ? "display" : "inline"}">${escaped(text)}</code>`;
}

function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

const marked = new Marked({
  gfm: true,
  renderer: { html: ({ text }) => withStylesHeld(text) },
  hooks: { emStrongMask: (source) => source.replace(/\$[^$\n]+\$/g, (text) => "a".repeat(text.length)) },
  extensions: [
    { ...block, renderer: (token) => `<p>${markup(token)}</p>\n` },
    { ...inline, renderer: markup },
  ],
});

/** Have all expressions compiled, which takes 20 ms the first time, while there is nothing else to do. */
export function warmUp(): void {
  toHtml("# A\n\nA *b* `c` [d](e).\n\n- f\n\n```\ng\n```\n\n|h|i|\n|-|-|\n|j|k|\n");
}

export function toHtml(source: string): string {
  return marked.parse(source, { async: false });
}
