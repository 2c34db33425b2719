/** From markdown to nodes that may stand in our page, and the passes that make them live. */

import type { OutputContext } from "../outputs/context.ts";
import { decode, filePath } from "../outputs/links.ts";
import { type MimeBundle, textOf } from "../outputs/model.ts";
import { FILE_ATTRIBUTE, type Nodes, sanitize, whenSafe } from "../outputs/sanitize.ts";
import { say } from "../state/say.ts";
import type { Macros } from "./katex.ts";
import { toHtml } from "./parse.ts";
import { applyStyles } from "./styles.ts";

export type Attachments = Readonly<Record<string, MimeBundle>>;

/** On a heading: the name that links reach it by. Not an id, which could take the place of one of the page's own. */
const ANCHOR_ATTRIBUTE = "data-anchor";
const EMBEDDABLE = /^image\/(png|jpeg|gif|webp|svg\+xml)$/;

const macrosOf = new WeakMap<OutputContext["document"], Macros>();

export function toNodes(source: string): Nodes {
  return whenSafe(sanitize(toHtml(source)), finished);
}

function finished(nodes: DocumentFragment): DocumentFragment {
  for (const heading of nodes.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    heading.setAttribute(ANCHOR_ATTRIBUTE, (heading.textContent ?? "").trim().replace(/\s+/g, "-"));
  }
  for (const link of nodes.querySelectorAll("a[href]")) link.setAttribute("rel", "noopener noreferrer");
  applyStyles(nodes);
  for (const table of nodes.querySelectorAll("table")) wrap(table);
  for (const code of nodes.querySelectorAll("pre")) code.tabIndex = 0;
  return nodes;
}

/** The heading below `root` that `#anchor` leads to, whatever the case of its letters. */
export function findHeading(root: ParentNode, anchor: string): Element | null {
  const wanted = anchor.toLowerCase();
  const headings = [...root.querySelectorAll(`[${ANCHOR_ATTRIBUTE}]`)];
  return headings.find((heading) => heading.getAttribute(ANCHOR_ATTRIBUTE)?.toLowerCase() === wanted) ?? null;
}

/** Wide tables scroll by themselves; what scrolls must be reachable by keyboard. */
function wrap(table: Element): void {
  const scroller = document.createElement("div");
  scroller.className = "table-scroller";
  scroller.tabIndex = 0;
  table.replaceWith(scroller);
  scroller.append(table);
}

export async function drawFormulas(root: ParentNode, { document: owner }: OutputContext): Promise<void> {
  const formulas = root.querySelectorAll<HTMLElement>("code.math-inline, code.math-display");
  if (formulas.length === 0) return;
  const { drawFormula } = await import("./katex.ts");
  const macros = macrosOf.get(owner) ?? {};
  macrosOf.set(owner, macros);
  for (const code of formulas) {
    const element = document.createElement("span");
    element.className = code.className;
    if (code.classList.contains("math-display")) element.tabIndex = 0;
    drawFormula(element, code.textContent ?? "", code.classList.contains("math-display"), macros);
    code.replaceWith(element);
  }
}

/** Fills in images that are attachments or files of the project; `signal` also ends the life of what was loaded. */
export function loadImages(
  root: ParentNode,
  attachments: Attachments,
  context: OutputContext,
  signal: AbortSignal,
): void {
  for (const image of root.querySelectorAll<HTMLImageElement>(`img[${FILE_ATTRIBUTE}]`)) {
    const source = image.getAttribute(FILE_ATTRIBUTE) ?? "";
    const name = /^attachment:(.*)$/.exec(source)?.[1];
    if (name !== undefined) image.src = attachmentUrl(attachments, name);
    else void loadFile(image, source, context, signal);
  }
}

function attachmentUrl(attachments: Attachments, name: string): string {
  const bundle = attachments[name] ?? attachments[decode(name)] ?? {};
  const mime = Object.keys(bundle).find((candidate) => EMBEDDABLE.test(candidate));
  return mime ? `data:${mime};base64,${textOf(bundle[mime]).replace(/\s/g, "")}` : "";
}

async function loadFile(
  image: HTMLImageElement,
  source: string,
  context: OutputContext,
  signal: AbortSignal,
): Promise<void> {
  const path = filePath(source, context.document.path);
  if (path === null) return;
  try {
    const url = URL.createObjectURL(await context.fetchFile(path, signal));
    signal.addEventListener("abort", () => URL.revokeObjectURL(url));
    if (signal.aborted) URL.revokeObjectURL(url);
    else image.src = url;
  } catch (error) {
    if (!signal.aborted) image.title = error instanceof Error ? error.message : say("The image could not be loaded.");
  }
}
