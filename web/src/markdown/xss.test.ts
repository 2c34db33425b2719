// @vitest-environment jsdom
/**
 * What is left of hostile markup has nothing that runs, loads our pages or imitates them. jsdom parses like a browser
 * but not in all corners: the end-to-end tests show the same cases to a real one.
 */
import { expect, test } from "vitest";
import vectors from "../../../tests/vectors/xss.json";
import { sanitize } from "../outputs/sanitize.ts";
import { toNodes } from "./nodes.ts";

const FORBIDDEN =
  "script, style, iframe, object, embed, link, meta, base, form, button, select, textarea, svg, math, template, video, audio, input:not([type=checkbox][disabled]), [id], [name], [style*=position], [style*=url], [srcset], [target], [ping], [action], [popover]";
const ALLOWED_CLASS = /^(alert(-\w+)?|dataframe|math-(inline|display)|language-\S+|table-scroller)$/;

function problems(root: ParentNode): string[] {
  const found = [...root.querySelectorAll(FORBIDDEN)].map((element) => element.outerHTML);
  for (const element of root.querySelectorAll("*")) {
    for (const { name, value } of element.attributes) {
      if (/^on/.test(name) || /^(javascript|vbscript|data:text|blob)/i.test(value.replace(/[^!-~]/g, ""))) {
        if (name !== "alt" && name !== "title" && !name.startsWith("data-")) found.push(`${name}=${value}`);
      }
    }
    found.push(...[...element.classList].filter((name) => !ALLOWED_CLASS.test(name)));
  }
  return found;
}

const cases = vectors.cases.filter(
  ({ mime }) => mime === "text/markdown" || mime === "text/html" || mime === "text/latex",
);

test("there are enough cases", () => {
  expect(cases.length).toBeGreaterThan(60);
});

test.each(cases.map(({ name, mime, source }) => [name, mime, String(source)]))("%s (%s)", async (_, mime, source) => {
  expect(problems(await (mime === "text/html" ? sanitize(source) : toNodes(source)))).toEqual([]);
});

test("the check sees what is wrong", () => {
  const element = document.createElement("div");
  element.innerHTML = '<a href=" javascript:x" onclick="x" id="y" class="z">x</a>';
  expect(problems(element)).toHaveLength(4);
});
