/** What all our editors have in common; `assist` adds what the first keys need. */
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
import { wordings } from "../state/say.ts";

/** Special characters to show, without the carriage return: files of Windows end their lines with it. */
const SPECIAL = /(?![\t\r\n])[\p{Cc}\p{Zl}\p{Zp}\u00ad\u061c\u200b\u200e\u200f\u202d\u202e\u2066\u2067\u2069\ufeff]/gu;

export const baseSetup: Extension = [
  highlightSpecialChars({ specialChars: SPECIAL }),
  drawSelection(),
  dropCursor(),
  EditorState.allowMultipleSelections.of(true),
  EditorState.phrases.compute([], () => wordings.peek()),
  rectangularSelection(),
  indentOnInput(),
  indentUnit.of("    "),
  bracketMatching(),
  syntaxHighlighting(classHighlighter),
];

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

/** What can be changed while an editor lives. */
export interface Settings {
  readonly language: LanguageSupport | null;
  readonly lineNumbers: boolean;
  readonly wraps: boolean;
  /** It can be read, selected and focused, but not changed. */
  readonly locked: boolean;
}

type Extensions = { readonly [Name in keyof Settings]: (value: Settings[Name]) => Extension };

const EXTENSIONS: Extensions = {
  language: (support) => support ?? [],
  lineNumbers: (shown) => (shown ? lineNumbers() : []),
  wraps: (wraps) => (wraps ? EditorView.lineWrapping : []),
  locked: (locked) => (locked ? [EditorState.readOnly.of(true), EditorView.editable.of(false)] : []),
};

/** The settings of one editor, each in a compartment of its own. */
export class Switches {
  readonly extension: Extension;
  private readonly compartments = {
    language: new Compartment(),
    lineNumbers: new Compartment(),
    wraps: new Compartment(),
    locked: new Compartment(),
  };

  constructor({ language, lineNumbers, wraps, locked }: Settings) {
    const { compartments } = this;
    this.extension = [
      compartments.language.of(EXTENSIONS.language(language)),
      compartments.lineNumbers.of(EXTENSIONS.lineNumbers(lineNumbers)),
      compartments.wraps.of(EXTENSIONS.wraps(wraps)),
      compartments.locked.of(EXTENSIONS.locked(locked)),
    ];
  }

  set<Name extends keyof Settings>(view: EditorView, name: Name, value: Settings[Name]): void {
    view.dispatch({ effects: this.compartments[name].reconfigure(EXTENSIONS[name](value)) });
  }
}
