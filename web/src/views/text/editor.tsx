/** The editor of text files, as the shell knows it. */
import { effect, signal } from "@preact/signals";
import { render } from "preact";
import type { FileEditor } from "../../editor/file-editor.ts";
import type { LiveDocument } from "../../state/document.ts";
import {
  type Editor,
  type EditorContext,
  type Exported,
  type ExportFormat,
  FormatUnsupported,
  type MakeEditor,
  type Target,
} from "../editors.ts";
import { type Layout, previewOf, recallLayout } from "./preview.ts";
import { TextFile } from "./text-file.tsx";

export const makeTextEditor: MakeEditor = (document, context) => new TextEditor(document, context);

class TextEditor implements Editor {
  private readonly editor = signal<FileEditor | null>(null);
  private readonly layout = signal<Layout>("text");
  private readonly anchor = signal<string | null>(null);
  private element: HTMLElement | null = null;
  private endReveal: (() => void) | null = null;

  constructor(
    private readonly document: LiveDocument,
    private readonly context: EditorContext,
  ) {
    const kind = previewOf(document.path);
    if (kind !== null) this.layout.value = recallLayout(kind);
  }

  mount(element: HTMLElement): void {
    this.element = element;
    const { document, context, editor, layout, anchor } = this;
    render(<TextFile {...{ document, context, editor, layout, anchor }} />, element);
  }

  focus(): void {
    this.editor.peek()?.view.focus();
  }

  /** A line in the text, or a heading in the preview of Markdown, which is shown for it. */
  reveal({ line, anchor }: Target): void {
    this.endReveal?.();
    if (line === undefined) {
      if (anchor === undefined || previewOf(this.document.path) !== "markdown") return;
      if (this.layout.peek() === "text") this.layout.value = "both";
      this.anchor.value = anchor;
      return;
    }
    if (this.layout.peek() === "preview") this.layout.value = "both";
    this.endReveal = effect(() => {
      const editor = this.editor.value;
      if (editor) queueMicrotask(() => editor.revealLine(line));
    });
  }

  naturalHeight(): number {
    const bar = this.element?.querySelector<HTMLElement>(".bar")?.offsetHeight ?? 0;
    return bar + (this.editor.peek()?.view.contentHeight ?? 0);
  }

  async export(format: ExportFormat): Promise<Exported> {
    if (format !== "raw") throw new FormatUnsupported("A text file is exported as it is only.");
    const filename = this.document.path.split("/").at(-1) ?? "file";
    const data = new TextEncoder().encode(this.document.ydoc.getText("source").toString());
    return { filename, mime: "text/plain", data };
  }

  dispose(): void {
    this.endReveal?.();
    if (this.element) render(null, this.element);
  }
}
