// @vitest-environment jsdom
import { expect, test } from "vitest";
import vectors from "../../../tests/vectors/xss.json";
import { toHtml } from "../markdown/parse.ts";
import { purify } from "./purify.ts";
import { sanitize } from "./sanitize.ts";

const PLAIN = [
  "# A *heading*\n\n1. one\n2. two\n\n- [x] done",
  "[link](https://example.org 'title') and <https://example.org/?a=1&b=2>",
  "| a | b |\n|:--|--:|\n| $x^2$ | `code` |",
  "```python\nprint('<b>')\n```",
  '<div class="alert alert-info" align="left">A <b>box</b> of <kbd>HTML</kbd></div>',
  '<img src="https://example.org/a.png" width="20%" alt="A > b"> ![](data:image/png;base64,QUJD)',
  "<details><summary>More</summary>\n\ntext\n</details>",
  '<span style="color: red; background: blue">red</span>',
];

/** Attributes that we put there. */
const OURS = ["loading", "referrerpolicy", "aria-label", "data-file"];

function htmlOf(nodes: DocumentFragment): string {
  const element = document.createElement("div");
  element.append(nodes);
  return element.innerHTML;
}

test.each(PLAIN)("%j is safe at once", (markdown) => {
  expect(sanitize(toHtml(markdown))).toBeInstanceOf(DocumentFragment);
});

const hostile = vectors.cases.map(({ source }) => source).filter((source) => typeof source === "string");

test.each([...PLAIN, ...hostile].map(toHtml))("the purifier finds nothing in what is left of %j", async (html) => {
  const nodes = await sanitize(html);
  for (const element of nodes.querySelectorAll("*")) for (const name of OURS) element.removeAttribute(name);
  const left = htmlOf(nodes);
  expect(htmlOf(purify(left))).toBe(left);
});
