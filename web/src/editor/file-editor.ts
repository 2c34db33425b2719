/** The editor of a whole text file. */
import { foldGutter, foldKeymap } from "@codemirror/language";
import { gotoLine, highlightSelectionMatches, openSearchPanel, search, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { EditorView, highlightActiveLine, highlightActiveLineGutter, keymap } from "@codemirror/view";
import type { Awareness } from "y-protocols/awareness";
import type * as Y from "yjs";
import { assistance, loadLanguageOf } from "./assist.ts";
import { remoteCursors } from "./remote-cursors.ts";
import { always, baseSetup, Switches, undoKeys } from "./setup.ts";
import { sharedText } from "./shared-text.ts";

export interface FileEditorOptions {
  readonly text: Y.Text;
  readonly history: Y.UndoManager;
  readonly awareness: Awareness;
  readonly filename: string;
  readonly wraps: boolean;
  readonly locked: boolean;
  onSave(): void;
  onCursor(line: number, column: number): void;
}

/** Beyond this many characters a file is shown without colours, for parsing would take its time from typing. */
const COLOUR_LIMIT = 2_000_000;

export class FileEditor {
  readonly view: EditorView;
  private readonly switches: Switches;

  constructor(parent: HTMLElement, options: FileEditorOptions) {
    const { wraps, locked } = options;
    this.switches = new Switches({ language: null, lineNumbers: true, wraps, locked });
    const extensions = [
      keymap.of([{ key: "Mod-s", run: always(options.onSave), preventDefault: true }]),
      keymap.of([...searchKeymap, ...foldKeymap]),
      undoKeys(options.history),
      assistance(null),
      baseSetup,
      search({ top: true }),
      highlightSelectionMatches({ minSelectionLength: 2 }),
      highlightActiveLine(),
      highlightActiveLineGutter(),
      foldGutter(),
      sharedText(options.text),
      remoteCursors(options.text, options.awareness, null),
      this.switches.extension,
      EditorView.contentAttributes.of({ "aria-label": options.filename, tabindex: "0" }),
      EditorView.updateListener.of((update) => (update.selectionSet || update.docChanged) && this.tell(options)),
    ];
    this.view = new EditorView({ state: EditorState.create({ doc: options.text.toString(), extensions }), parent });
    if (options.text.length <= COLOUR_LIMIT) void this.colour(options.filename);
  }

  setWrap(wraps: boolean): void {
    this.switches.set(this.view, "wraps", wraps);
  }

  setLocked(locked: boolean): void {
    this.switches.set(this.view, "locked", locked);
  }

  find(): void {
    openSearchPanel(this.view);
  }

  askForLine(): void {
    gotoLine(this.view);
  }

  /** Put the cursor at the start of a line, and the line at the top; lines beyond the end mean the last. */
  revealLine(number: number): void {
    const { doc } = this.view.state;
    const { from } = doc.line(Math.max(1, Math.min(doc.lines, Math.floor(number))));
    this.view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "start" }) });
  }

  dispose(): void {
    this.view.destroy();
  }

  private async colour(filename: string): Promise<void> {
    this.switches.set(this.view, "language", await loadLanguageOf(filename));
  }

  private tell(options: FileEditorOptions): void {
    const { head } = this.view.state.selection.main;
    const line = this.view.state.doc.lineAt(head);
    options.onCursor(line.number, head - line.from + 1);
  }
}
