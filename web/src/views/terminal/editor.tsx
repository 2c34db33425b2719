/** The editor of terminals, as the shell knows it. */
import { signal } from "@preact/signals";
import { render } from "preact";
import type { LiveDocument } from "../../state/document.ts";
import { type Editor, type EditorContext, type Exported, FormatUnsupported, type MakeEditor } from "../editors.ts";
import type { Screen } from "./screen.ts";
import { NATURAL_REM, TerminalFile } from "./terminal-file.tsx";

export const makeTerminalEditor: MakeEditor = (document, context) => new TerminalEditor(document, context);

class TerminalEditor implements Editor {
  private readonly screen = signal<Screen | null>(null);
  private element: HTMLElement | null = null;

  constructor(
    private readonly document: LiveDocument,
    private readonly context: EditorContext,
  ) {}

  mount(element: HTMLElement): void {
    this.element = element;
    render(<TerminalFile document={this.document} context={this.context} screen={this.screen} />, element);
  }

  focus(): void {
    this.screen.peek()?.terminal.focus();
  }

  reveal(): void {
    // there are no places in a terminal
  }

  naturalHeight(): number {
    return NATURAL_REM * Number.parseFloat(getComputedStyle(globalThis.document.documentElement).fontSize);
  }

  async export(): Promise<Exported> {
    throw new FormatUnsupported("A terminal is not exported.");
  }

  dispose(): void {
    if (this.element) render(null, this.element);
  }
}
