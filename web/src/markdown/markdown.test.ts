// @vitest-environment jsdom
import { describe, expect, test } from "vitest";
import { drawFormulas, findHeading, toNodes } from "./nodes.ts";
import { toHtml } from "./parse.ts";

/** Only of what needs no purifier. */
function shown(source: string): HTMLElement {
  const element = document.createElement("div");
  element.append(toNodes(source) as DocumentFragment);
  return element;
}

const formulas = (source: string) =>
  [...shown(source).querySelectorAll('[class^="math-"]')].map((code) => code.textContent);

describe("formulas", () => {
  test.each([
    ["$a_1 b_2$ and *x*", ["a_1 b_2"]],
    ["*in $a*b$ emphasis*", ["a*b"]],
    ["$$x = 1\n= 2$$", ["x = 1\n= 2"]],
    ["text\n\n$$\na\n- b\n=\n\nc\n$$\n\nmore", ["a\n- b\n=\n\nc"]],
    ["\\\\(x_i\\\\) \\\\[y_i\\\\]", ["x_i", "y_i"]],
    ["\\begin{align}\na &= b \\\\\n- c\n\\end{align}", ["\\begin{align}\na &= b \\\\\n- c\n\\end{align}"]],
    ["a $<b>x</b>$ c", ["<b>x</b>"]],
    ["- item $x$\n- $y$", ["x", "y"]],
    ["$\\$5$", ["\\$5"]],
  ])("%s", (source, expected) => {
    expect(formulas(source)).toEqual(expected);
  });

  test.each(["from $5 to $10", "`$x$`", "```\n$x$\n```", "\\$x\\$", "$", "$$", "a $ b\n\nc $ d"])(
    "none in %s",
    (source) => {
      expect(formulas(source)).toEqual([]);
    },
  );

  test("are drawn, or stay as their source", async () => {
    const element = shown("$x^2$ and $\\bad{$");
    const document = { path: "a.ipynb" } as Parameters<typeof drawFormulas>[1]["document"];
    await drawFormulas(element, { document } as Parameters<typeof drawFormulas>[1]);
    expect(element.querySelector(".katex")).not.toBeNull();
    expect(element.querySelector(".math-error")?.textContent).toBe("\\bad{");
  });
});

test("tables, tasks, strikethrough and fences are read", () => {
  const element = shown("| a |\n|--:|\n| 1 |\n\n- [x] done\n\n~~gone~~\n\n```python\nx\n```");
  expect(element.querySelector("td")?.getAttribute("align")).toBe("right");
  expect(element.querySelector<HTMLInputElement>("input")).toMatchObject({ checked: true, disabled: true });
  expect(element.querySelector("del")?.textContent).toBe("gone");
  expect(element.querySelector("code")?.className).toBe("language-python");
});

test("headings are found by the anchor that notebooks use", () => {
  const element = shown("# My *first* title\n\n## carrel-config");
  expect(findHeading(element, "my-first-title")?.textContent).toBe("My first title");
  expect(findHeading(element, "none")).toBeNull();
  expect(element.querySelector("[id]")).toBeNull();
});

test("images that are files are not asked of the server by their address", () => {
  const element = shown("![x](pic.png) ![y](https://example.org/y.png)");
  expect([...element.querySelectorAll("img")].map((image) => image.getAttribute("src"))).toEqual([
    null,
    "https://example.org/y.png",
  ]);
});

test("HTML keeps colours and boxes, and what would leave its place goes", () => {
  const element = shown(
    '<p style="color: teal; position: fixed; margin-top: -9px; background: url(x); padding: 2px">x</p>',
  );
  expect(element.querySelector("p")?.style.cssText).toBe("color: teal; padding: 2px;");
});

test("a long text is read in a time that grows with it", () => {
  const source = "$ \\begin{a} $$ \\\\( \\\\[ *_ [x](".repeat(3000);
  const before = performance.now();
  toHtml(source);
  expect(performance.now() - before).toBeLessThan(5000);
});
