/** What all our editors have in common. */
import { autocompletion, closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, indentLess, indentMore } from "@codemirror/commands";
import {
  bracketMatching,
  indentOnInput,
  indentUnit,
  type LanguageSupport,
  syntaxHighlighting,
} from "@codemirror/language";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection,
  dropCursor,
  EditorView,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  rectangularSelection,
} from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import type * as Y from "yjs";

/** Special characters to show, without the carriage return: files of Windows end their lines with it. */
const SPECIAL = /(?![\t\r\n])[\p{Cc}\p{Zl}\p{Zp}\u00ad\u061c\u200b\u200e\u200f\u202d\u202e\u2066\u2067\u2069\ufeff]/gu;

export const baseSetup: Extension = [
  highlightSpecialChars({ specialChars: SPECIAL }),
  drawSelection(),
  dropCursor(),
  EditorState.allowMultipleSelections.of(true),
  rectangularSelection(),
  indentOnInput(),
  indentUnit.of("    "),
  bracketMatching(),
  closeBrackets(),
  autocompletion({ icons: false }),
  syntaxHighlighting(classHighlighter),
  keymap.of([...closeBracketsKeymap, ...defaultKeymap]),
];

/** Tab indents; Esc and then Tab leaves the editor, as the platform's users of keyboards expect of CodeMirror. */
export const tabIndents: Extension = keymap.of([{ key: "Tab", run: indentMore, shift: indentLess }]);

/** A key's command that is never passed on. */
export const always = (act: () => unknown) => (): boolean => {
  act();
  return true;
};

/** Undo and redo of what was typed here, and only of that. */
export function undoKeys(history: Y.UndoManager): Extension {
  return keymap.of([
    { key: "Mod-z", run: always(() => history.undo()), preventDefault: true },
    { key: "Mod-y", mac: "Mod-Shift-z", run: always(() => history.redo()), preventDefault: true },
    { key: "Mod-Shift-z", run: always(() => history.redo()), preventDefault: true },
  ]);
}

/** Extensions that change while an editor lives. */
export class Switches {
  private readonly language = new Compartment();
  private readonly numbers = new Compartment();
  private readonly wrap = new Compartment();
  private readonly locked = new Compartment();

  readonly extension: Extension = [this.language.of([]), this.numbers.of([]), this.wrap.of([]), this.locked.of([])];

  setLanguage(view: EditorView, support: LanguageSupport | null): void {
    view.dispatch({ effects: this.language.reconfigure(support ?? []) });
  }

  setLineNumbers(view: EditorView, shown: boolean): void {
    view.dispatch({ effects: this.numbers.reconfigure(shown ? lineNumbers() : []) });
  }

  setWrap(view: EditorView, wraps: boolean): void {
    view.dispatch({ effects: this.wrap.reconfigure(wraps ? EditorView.lineWrapping : []) });
  }

  /** A locked editor can be read, selected and focused, but not changed. */
  setLocked(view: EditorView, locked: boolean): void {
    const extension = locked ? [EditorState.readOnly.of(true), EditorView.editable.of(false)] : [];
    view.dispatch({ effects: this.locked.reconfigure(extension) });
  }
}
