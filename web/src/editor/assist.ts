/**
 * What an editor gets when somebody is in it: keys beyond those of the browser, completion, brackets that close
 * themselves, what the kernel tells, and how lines of a language are indented.
 */
import "./assist.css";
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
import { type Ask, kernelHelp } from "./kernel-help.ts";

export { knownLanguage, loadLanguage, loadLanguageOf } from "./languages.ts";

/** Tab indents; Esc and then Tab leaves the editor, as the platform's users of keyboards expect of CodeMirror. */
const tabIndents: KeyBinding = { key: "Tab", run: indentMore, shift: indentLess };

/** `ask`: the kernel, if this is code that one runs. Its keys go before those that come later in an editor. */
export function assistance(ask: Ask | null): Extension {
  return [
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
