/** The editor of one cell of a notebook. */
import { defineLanguageFacet, Language, LanguageSupport } from "@codemirror/language";
import { Compartment, EditorState, type Extension, Prec } from "@codemirror/state";
import { EditorView, keymap, placeholder, runScopeHandlers } from "@codemirror/view";
import type { Awareness } from "y-protocols/awareness";
import type * as Y from "yjs";
import type { Command } from "../state/notebook-command-names.ts";
import { EDIT_KEYS } from "../state/notebook-keys.ts";
import { say } from "../state/say.ts";
import { knownParser } from "./highlight.ts";
import type { Ask } from "./kernel-help.ts";
import { remoteCursors } from "./remote-cursors.ts";
import { always, baseSetup, Switches, undoKeys } from "./setup.ts";
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

/** Loaded for the first editor that somebody is in; editors that are made later have it from the start. */
let assist: typeof import("./assist.ts") | null = null;

/** Whoever is in a cell for so long is going to write. */
const PAUSE_MS = 500;

export class CellEditor {
  readonly view: EditorView;
  private readonly switches: Switches;
  private readonly assistance = new Compartment();
  private isComplete = false;
  private pause: ReturnType<typeof setTimeout> | undefined;

  constructor(parent: HTMLElement, options: CellEditorOptions) {
    const { lineNumbers, wraps, locked } = options;
    const known = assist?.knownLanguage(options.language) ?? null;
    this.switches = new Switches({ language: known ?? coloursOf(options.language), lineNumbers, wraps, locked });
    const state = EditorState.create({ doc: options.text.toString(), extensions: this.extensions(options) });
    this.view = new EditorView({ state, parent });
    this.isComplete = known !== null;
    if (knownParser(options.language) === undefined) void this.complete(options);
  }

  setLineNumbers(shown: boolean): void {
    this.switches.set(this.view, "lineNumbers", shown);
  }

  setLocked(locked: boolean): void {
    this.switches.set(this.view, "locked", locked);
  }

  focus(at?: "start" | "end"): void {
    if (at) this.select(at === "start" ? 0 : this.view.state.doc.length);
    this.view.focus();
  }

  select(from: number, to = from): void {
    const most = this.view.state.doc.length;
    this.view.dispatch({ selection: { anchor: Math.min(from, most), head: Math.min(to, most) } });
  }

  /** The offset of the letter that is nearest to a point of the window. */
  offsetAt(point: { readonly x: number; readonly y: number }): number {
    return this.view.posAtCoords(point, false);
  }

  /** Offsets at which to split: the ends of each selection, or the cursors. */
  cuts(): number[] {
    return this.view.state.selection.ranges.flatMap((range) => [range.from, range.to]);
  }

  dispose(): void {
    clearTimeout(this.pause);
    this.view.destroy();
  }

  /** Add what was not there yet when the editor was made. Never rejects: without a network it is but an editor. */
  private async complete({ language, ask }: CellEditorOptions): Promise<void> {
    if (this.isComplete) return;
    assist ??= await import("./assist.ts").catch(() => null);
    if (assist === null) return;
    this.view.dispatch({ effects: this.assistance.reconfigure(assist.assistance(ask)) });
    const support = language === "" ? null : await assist.loadLanguage(language);
    if (support !== null) this.switches.set(this.view, "language", support);
    this.isComplete = true;
  }

  /** After a moment in the cell all the rest comes; a key that asks for it has it come at once. */
  private whenUsed(options: CellEditorOptions): Extension {
    const focus = (): void => {
      clearTimeout(this.pause);
      this.pause = setTimeout(() => void this.complete(options), assist ? 0 : PAUSE_MS);
      options.onFocus();
    };
    const keydown = (event: KeyboardEvent, view: EditorView): boolean => {
      if (this.isComplete || !asksForHelp(event)) return false;
      void this.complete(options).then(() => runScopeHandlers(view, event, "editor"));
      return true;
    };
    return Prec.highest(EditorView.domEventHandlers({ focus, keydown }));
  }

  private extensions(options: CellEditorOptions): Extension {
    return [
      this.whenUsed(options),
      this.assistance.of(assist?.assistance(options.ask) ?? []),
      Prec.high(cellKeys(options)),
      undoKeys(options.history),
      baseSetup,
      sharedText(options.text),
      remoteCursors(options.text, options.awareness, options.cell),
      this.switches.extension,
      EditorView.contentAttributes.of({ "aria-label": options.label, tabindex: "0" }),
      options.ask ? [] : placeholder(say("Empty")),
    ];
  }
}

/** Tab, which would leave the cell otherwise, and what opens completions. */
function asksForHelp({ key, ctrlKey }: KeyboardEvent): boolean {
  return key === "Tab" || (ctrlKey && key === " ");
}

/** A language as far as its parser alone knows it. */
function coloursOf(name: string): LanguageSupport | null {
  const parser = knownParser(name);
  return parser ? new LanguageSupport(new Language(defineLanguageFacet(), parser)) : null;
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
    { key: "Mod-a", run: selectAll }, // what is typed next must find it done, so it cannot wait for the other keys
  ]);
}

function selectAll(view: EditorView): boolean {
  view.dispatch({ selection: { anchor: 0, head: view.state.doc.length } });
  return true;
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
