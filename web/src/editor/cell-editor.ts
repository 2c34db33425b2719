/** The editor of one cell of a notebook. */
import { closeCompletion, completionStatus } from "@codemirror/autocomplete";
import { EditorState, type Extension, Prec } from "@codemirror/state";
import { EditorView, keymap, placeholder } from "@codemirror/view";
import type { Awareness } from "y-protocols/awareness";
import type * as Y from "yjs";
import { type Command, EDIT_KEYS } from "../state/notebook-keys.ts";
import { type Ask, kernelHelp } from "./kernel-help.ts";
import { loadLanguage } from "./languages.ts";
import { remoteCursors } from "./remote-cursors.ts";
import { always, baseSetup, Switches, tabIndents, undoKeys } from "./setup.ts";
import { sharedText } from "./shared-text.ts";

export interface CellEditorOptions {
  readonly text: Y.Text;
  readonly history: Y.UndoManager;
  readonly awareness: Awareness;
  readonly cell: string;
  readonly label: string;
  /** A name of the language; empty for plain text. */
  readonly language: string;
  readonly lineNumbers: boolean;
  readonly wraps: boolean;
  readonly locked: boolean;
  /** The kernel, if this is code. */
  readonly ask: Ask | null;
  onCommand(command: Command): void;
  onEscape(): void;
  /** The cursor left the text upwards or downwards; returns whether there is somewhere to go. */
  onLeave(direction: -1 | 1): boolean;
  onFocus(): void;
}

export class CellEditor {
  readonly view: EditorView;
  private readonly switches = new Switches();

  constructor(parent: HTMLElement, options: CellEditorOptions) {
    const state = EditorState.create({ doc: options.text.toString(), extensions: this.extensions(options) });
    this.view = new EditorView({ state, parent });
    this.switches.setLineNumbers(this.view, options.lineNumbers);
    this.switches.setWrap(this.view, options.wraps);
    this.switches.setLocked(this.view, options.locked);
    this.setLanguage(options.language);
  }

  setLanguage(name: string): void {
    if (name === "") this.switches.setLanguage(this.view, null);
    else void loadLanguage(name).then((support) => this.switches.setLanguage(this.view, support));
  }

  setLineNumbers(shown: boolean): void {
    this.switches.setLineNumbers(this.view, shown);
  }

  setLocked(locked: boolean): void {
    this.switches.setLocked(this.view, locked);
  }

  focus(at?: "start" | "end"): void {
    if (at) this.select(at === "start" ? 0 : this.view.state.doc.length);
    this.view.focus();
  }

  select(from: number, to = from): void {
    const most = this.view.state.doc.length;
    this.view.dispatch({ selection: { anchor: Math.min(from, most), head: Math.min(to, most) } });
  }

  /** Offsets at which to split: the ends of each selection, or the cursors. */
  cuts(): number[] {
    return this.view.state.selection.ranges.flatMap((range) => [range.from, range.to]);
  }

  dispose(): void {
    this.view.destroy();
  }

  private extensions(options: CellEditorOptions): Extension {
    return [
      Prec.highest(keymap.of([{ key: "Escape", run: forgetPending }])),
      Prec.high([options.ask ? kernelHelp(options.ask) : [], cellKeys(options)]),
      undoKeys(options.history),
      tabIndents,
      baseSetup,
      sharedText(options.text),
      remoteCursors(options.text, options.awareness, options.cell),
      this.switches.extension,
      EditorView.contentAttributes.of({ "aria-label": options.label, tabindex: "0" }),
      EditorView.domEventHandlers({ focus: () => options.onFocus() }),
      options.ask ? [] : placeholder("Empty"),
    ];
  }
}

function cellKeys(options: CellEditorOptions): Extension {
  const commands = Object.entries(EDIT_KEYS).map(([key, command]) => ({
    key: key.replace("Minus", "-"),
    run: always(() => options.onCommand(command)),
    preventDefault: true,
  }));
  return keymap.of([
    ...commands,
    { key: "Ctrl-Shift-_", run: always(() => options.onCommand("split")), preventDefault: true },
    { key: "ArrowUp", run: (view) => atEdge(view, -1) && options.onLeave(-1) },
    { key: "ArrowDown", run: (view) => atEdge(view, 1) && options.onLeave(1) },
    { key: "Escape", run: (view) => escapeFrom(view, options) },
  ]);
}

/** Completions that are still to come do not keep one in the cell; those that are shown do, and Esc closes them. */
function forgetPending(view: EditorView): boolean {
  if (completionStatus(view.state) === "pending") closeCompletion(view);
  return false;
}

/** Esc first takes additional cursors away. */
function escapeFrom(view: EditorView, options: CellEditorOptions): boolean {
  if (view.state.selection.ranges.length > 1) return false;
  options.onEscape();
  return true;
}

/** Whether the cursor is in the first or last line, also of lines that are broken to fit. */
function atEdge(view: EditorView, direction: -1 | 1): boolean {
  const { main, ranges } = view.state.selection;
  if (!main.empty || ranges.length > 1) return false;
  const line = view.state.doc.lineAt(main.head).number;
  if (line !== (direction < 0 ? 1 : view.state.doc.lines)) return false;
  const moved = view.moveVertically(main, direction > 0);
  return moved.head === (direction < 0 ? 0 : view.state.doc.length) || moved.head === main.head;
}
