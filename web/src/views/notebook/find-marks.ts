/**
 * Marks all that was found, by highlights of the browser: neither cells nor editors have to know of it.
 *
 * A browser without them shows the current match alone, which is selected in its editor.
 */
import type { EditorView } from "@codemirror/view";
import { type Match, patternOf, type Query } from "../../state/notebook-find.ts";
import type { Page } from "./page.ts";

export interface Found {
  readonly query: Query;
  readonly matches: readonly Match[];
  readonly current: Match | undefined;
}

/** Where a part of a cell's text is in the page, if it is drawn; parts are asked for in their order. */
type Locate = (from: number, to: number) => Range | null;

export class Marks {
  private found: Found | null = null;
  private readonly marked: [Highlight, Range][] = [];
  private frame = 0;
  private readonly observer = new MutationObserver(() => this.drawSoon());

  constructor(
    private readonly page: Page,
    private readonly root: Element,
  ) {
    this.observer.observe(root, { childList: true, characterData: true, subtree: true });
  }

  show(found: Found): void {
    this.found = found;
    this.drawSoon();
  }

  dispose(): void {
    this.observer.disconnect();
    cancelAnimationFrame(this.frame);
    this.clear();
  }

  /** What is drawn in this frame is drawn first. */
  private drawSoon(): void {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw());
  }

  private draw(): void {
    this.clear();
    if (!this.found || !("highlights" in CSS)) return;
    const { query, matches, current } = this.found;
    const locators = new Map<string, Locate>();
    for (const match of matches) {
      const locate = locators.get(match.cell) ?? this.locatorOf(match.cell);
      locators.set(match.cell, locate);
      this.mark(match === current ? "found-current" : "found", locate(match.from, match.to));
    }
    for (const text of this.root.querySelectorAll(".markdown")) {
      for (const range of rangesIn(text, query)) this.mark("found", range);
    }
  }

  private mark(name: string, range: Range | null): void {
    if (!range) return;
    const highlight = CSS.highlights.get(name) ?? new Highlight();
    CSS.highlights.set(name, highlight.add(range));
    this.marked.push([highlight, range]);
  }

  private clear(): void {
    for (const [highlight, range] of this.marked.splice(0)) highlight.delete(range);
  }

  private locatorOf(cell: string): Locate {
    const editor = this.page.editors.get(cell);
    if (editor && "view" in editor) return (from, to) => inEditor(editor.view, from, to);
    const lines = this.root.querySelectorAll(`[data-cell="${CSS.escape(cell)}"] .static-line`);
    return inLines([...lines]);
  }
}

function inEditor(view: EditorView, from: number, to: number): Range | null {
  const { viewport, state } = view;
  if (from < viewport.from || to > Math.min(viewport.to, state.doc.length)) return null;
  const [start, end] = [view.domAtPos(from, 1), view.domAtPos(to, -1)];
  return rangeOf(start.node, start.offset, end.node, end.offset);
}

function inLines(lines: readonly Element[]): Locate {
  const pieces: { readonly text: Text; readonly start: number }[] = [];
  let length = 0;
  for (const line of lines) {
    for (const text of textsIn(line)) {
      pieces.push({ text, start: length });
      length += text.length;
    }
    length += 1;
  }
  let index = 0;
  const place = (offset: number): [Text, number] | null => {
    while ((pieces[index + 1]?.start ?? Number.POSITIVE_INFINITY) <= offset) index += 1;
    const piece = pieces[index];
    return piece ? [piece.text, Math.min(Math.max(0, offset - piece.start), piece.text.length)] : null;
  };
  return (from, to) => {
    const [start, end] = [place(from), place(to)];
    return start && end && rangeOf(...start, ...end);
  };
}

/** What the query finds in text as it reads, within one style of letters. */
function* rangesIn(element: Element, query: Query): Generator<Range> {
  const pattern = query.text ? patternOf(query) : null;
  if (pattern === null) return;
  for (const text of textsIn(element)) {
    if (text.parentElement?.closest(".katex")) continue;
    for (const { index, 0: found } of text.data.matchAll(pattern)) {
      if (found) yield rangeOf(text, index, text, index + found.length);
    }
  }
}

function* textsIn(element: Element): Generator<Text> {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) yield walker.currentNode as Text;
}

function rangeOf(start: Node, startOffset: number, end: Node, endOffset: number): Range {
  const range = document.createRange();
  range.setStart(start, startOffset);
  range.setEnd(end, endOffset);
  return range;
}
