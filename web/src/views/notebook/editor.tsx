/** The notebook editor, as the shell knows it. */
import { effect } from "@preact/signals";
import { render } from "preact";
import { warmUp } from "../../markdown/parse.ts";
import { fetchPurifier } from "../../outputs/sanitize.ts";
import type { LiveDocument } from "../../state/document.ts";
import type { Command } from "../../state/notebook-command-names.ts";
import type { Editor, EditorContext, Exported, ExportFormat, MakeEditor, Target } from "../editors.ts";
import { fetchDialogs } from "./dialogs.ts";
import { NotebookView } from "./notebook.tsx";
import { Page } from "./page.ts";
import { scrollTo } from "./scroll.ts";

export const makeNotebookEditor: MakeEditor = (document, context) => new NotebookEditor(document, context);

setTimeout(warmUp); // the document is still on its way

/** What is only needed when it is asked for comes when the page has long been usable. */
const LATER_MS = 3000;

class NotebookEditor implements Editor {
  private readonly page: Page;
  private element: HTMLElement | null = null;
  private endReveal: (() => void) | null = null;
  private later: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly document: LiveDocument,
    context: EditorContext,
  ) {
    this.page = new Page(document, context);
  }

  mount(element: HTMLElement): void {
    this.element = element;
    render(<NotebookView page={this.page} />, element);
    addEventListener("beforeprint", this.drawAll);
    this.later = setTimeout(() => void Promise.all([fetchDialogs(this.document), fetchPurifier()]), LATER_MS);
  }

  readonly perform = (command: Command): void => this.page.perform(command);

  focus(): void {
    const id = this.page.open.selection.active.peek();
    if (id !== null) this.page.open.goTo(id);
  }

  /** Without taking the focus; a cell that is not there yet is waited for. */
  reveal(target: Target): void {
    this.endReveal?.();
    if (target.anchor !== undefined) this.page.drawAll();
    this.endReveal = effect(() => {
      if (!this.page.open.ids.value.length) return;
      queueMicrotask(() => requestAnimationFrame(() => this.revealNow(target)));
    });
  }

  naturalHeight(): number {
    const part = (selector: string) => this.element?.querySelector<HTMLElement>(selector);
    const [root, scroller, cells] = [part(".notebook"), part(".notebook-scroller"), part(".cells")];
    if (!root || !scroller || !cells) return 0;
    return root.offsetHeight - scroller.offsetHeight + cells.offsetHeight;
  }

  async export(format: ExportFormat): Promise<Exported> {
    if (format === "html") this.page.drawAll();
    const { exportNotebook } = await import("./export.ts");
    return exportNotebook(this.page, this.element, format);
  }

  dispose(): void {
    this.endReveal?.();
    clearTimeout(this.later);
    if (this.element) render(null, this.element);
    removeEventListener("beforeprint", this.drawAll);
    this.page.dispose();
  }

  private readonly drawAll = (): void => this.page.drawAll();

  private revealNow({ cell, anchor }: Target): void {
    const name = CSS.escape(cell ?? anchor ?? "");
    const selectors = cell !== undefined ? `[data-cell="${name}"]` : `[id="${name}"], [data-anchor="${name}"]`;
    const found = name && this.element?.querySelector(selectors);
    if (!found) return;
    this.endReveal?.();
    this.endReveal = null;
    if (cell !== undefined) this.page.open.selection.activate(cell);
    scrollTo(found, "top");
  }
}
