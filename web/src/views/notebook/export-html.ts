/** A notebook as one page without scripts, from what is shown now. */

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1f2328 }
pre { font: 13px/1.45 ui-monospace, monospace; background: #f6f8fa; padding: .5rem .75rem; overflow: auto }
.outputs pre { background: none; padding: 0 } img { max-width: 100% }
table { border-collapse: collapse } td, th { border: 1px solid #d0d7de; padding: .2rem .6rem }
.tok-keyword { color: #a0218a } .tok-string { color: #0b6e4f } .tok-comment { color: #6a737d } .tok-number { color: #1750eb }
`;

/** What never goes into the page: controls, and frames, whose content is not ours to copy. */
const CONTROLS =
  "button, input, select, form, iframe, script, style, .cell-side, .cell-toolbar, .insert-bar, .cell-people, .output-tools";

export function toHtml(title: string, element: HTMLElement | null): string {
  const page = document.implementation.createHTMLDocument(title);
  page.documentElement.lang = document.documentElement.lang;
  page.head.append(make(page, "style", STYLE));
  for (const cell of element?.querySelectorAll(".cell") ?? []) page.body.append(copyOf(page, cell));
  return `<!DOCTYPE html>\n${page.documentElement.outerHTML}\n`;
}

function copyOf(page: Document, cell: Element): HTMLElement {
  const copy = page.importNode(cell, true) as HTMLElement;
  for (const editor of copy.querySelectorAll(".source")) editor.replaceWith(make(page, "pre", codeOf(editor)));
  for (const control of copy.querySelectorAll(CONTROLS)) control.remove();
  const section = page.createElement("section");
  section.append(...copy.childNodes);
  return section;
}

function codeOf(source: Element): string {
  return [...source.querySelectorAll(".static-line, .cm-line")].map((line) => line.textContent ?? "").join("\n");
}

function make(page: Document, tag: string, content: string): HTMLElement {
  const element = page.createElement(tag);
  element.textContent = content;
  return element;
}
