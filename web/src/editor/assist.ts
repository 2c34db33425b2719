/**
 * What an editor does not need before the first key is pressed, and gets right after it is shown: the keys, completion,
 * brackets that close themselves, what the kernel tells, where others are, and how lines of a language are indented.
 */
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionStatus,
} from "@codemirror/autocomplete";
import { defaultKeymap, indentLess, indentMore } from "@codemirror/commands";
import { type Extension, Prec } from "@codemirror/state";
import { type EditorView, type KeyBinding, keymap } from "@codemirror/view";
import type { Awareness } from "y-protocols/awareness";
import type * as Y from "yjs";
import { type Ask, kernelHelp } from "./kernel-help.ts";
import { remoteCursors } from "./remote-cursors.ts";

export { knownLanguage, loadLanguage, loadLanguageOf } from "./languages.ts";

/** Tab indents; Esc and then Tab leaves the editor, as the platform's users of keyboards expect of CodeMirror. */
const tabIndents: KeyBinding = { key: "Tab", run: indentMore, shift: indentLess };

export interface Assisted {
  readonly text: Y.Text;
  readonly awareness: Awareness;
  /** The id of the notebook's cell that the text belongs to, or `null` for a text file. */
  readonly cell: string | null;
  /** The kernel, if this is code that one runs. */
  readonly ask: Ask | null;
}

/** Its keys go before those that come later in an editor. */
export function assistance({ text, awareness, cell, ask }: Assisted): Extension {
  return [
    remoteCursors(text, awareness, cell),
    Prec.highest(keymap.of([{ key: "Escape", run: forgetPending }])),
    ask ? Prec.high(kernelHelp(ask)) : [],
    closeBrackets(),
    autocompletion({ icons: false }),
    keymap.of([tabIndents, ...closeBracketsKeymap, ...defaultKeymap]),
  ];
}

/** Completions that are still to come do not keep one in the cell; those that are shown do, and Esc closes them. */
function forgetPending(view: EditorView): boolean {
  if (completionStatus(view.state) === "pending") closeCompletion(view);
  return false;
}
