/**
 * A CodeMirror editor of a shared text: what is typed goes to the text, what others type comes from it.
 *
 * Positions agree because both count UTF-16 code units and the editor breaks lines at "\n" only (`breakAtNewline`).
 * Changes of others are applied as changes, never as a new text, so that cursors, selections and what an input method
 * composes stay where they are.
 */
import { Annotation, type ChangeSet, EditorState, type Extension } from "@codemirror/state";
import { EditorView, type PluginValue, ViewPlugin, type ViewUpdate } from "@codemirror/view";
import * as Y from "yjs";
import { Typing } from "../state/notebook-undo.ts";

/** Marks a transaction that came from the shared text. */
const fromText = Annotation.define<true>();

/** Lines end at "\n" only, and what is pasted is brought into that form. */
const breakAtNewline: Extension = [
  EditorState.lineSeparator.of("\n"),
  EditorView.clipboardInputFilter.of((text) => text.replace(/\r\n?/g, "\n")),
];

/** The editor must have been created with the text's content. */
export function sharedText(text: Y.Text): Extension {
  return [breakAtNewline, ViewPlugin.define((view) => new Binding(view, text))];
}

class Binding implements PluginValue {
  private readonly origin = new Typing();

  constructor(
    private readonly view: EditorView,
    private readonly text: Y.Text,
  ) {
    text.observe(this.receive);
  }

  update(update: ViewUpdate): void {
    const typed = update.transactions.filter((one) => one.docChanged && !one.annotation(fromText));
    if (typed.length === 0) return;
    this.text.doc?.transact(() => typed.forEach((one) => this.send(one.changes)), this.origin);
  }

  destroy(): void {
    this.text.unobserve(this.receive);
  }

  private send(changes: ChangeSet): void {
    let shift = 0;
    changes.iterChanges((fromA, toA, _fromB, _toB, inserted) => {
      const at = fromA + shift;
      if (toA > fromA) this.text.delete(at, toA - fromA);
      if (inserted.length > 0) this.text.insert(at, inserted.sliceString(0, inserted.length, "\n"));
      shift += inserted.length - (toA - fromA);
    });
  }

  private readonly receive = (event: Y.YTextEvent, transaction: Y.Transaction): void => {
    if (transaction.origin === this.origin) return;
    const changes = this.view.state.changes(changesOf(event.delta));
    const isTakenBack = transaction.origin instanceof Y.UndoManager && this.view.hasFocus;
    this.view.dispatch({
      changes,
      annotations: fromText.of(true),
      ...(isTakenBack && { selection: { anchor: endOf(changes) }, scrollIntoView: true }),
    });
  };
}

/** Where the last change ends, afterwards. */
function endOf(changes: ChangeSet): number {
  let end = 0;
  changes.iterChanges((_fromA, _toA, _fromB, toB) => {
    end = toB;
  });
  return end;
}

function changesOf(delta: Y.YTextEvent["delta"]): { from: number; to: number; insert: string }[] {
  let at = 0;
  return delta.flatMap(({ retain, delete: deleted, insert }) => {
    const from = at;
    at += retain ?? deleted ?? 0;
    if (retain !== undefined) return [];
    return [{ from, to: from + (deleted ?? 0), insert: typeof insert === "string" ? insert : "" }];
  });
}
