/**
 * Cursors and selections of the other people in a shared text, with their names.
 *
 * Each page puts `cursor` (two relative positions of Yjs) and, in a notebook, `cell` into its awareness state; the
 * agent adds `user`. A relative position stays at its letter whatever is typed before it.
 */
import { Annotation, type Extension, type Range, RangeSet } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  EditorView,
  type PluginValue,
  ViewPlugin,
  type ViewUpdate,
  WidgetType,
} from "@codemirror/view";
import type { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import { isObject } from "../wire/json.ts";
import { type Person, personOf } from "./people.ts";

const awarenessChanged = Annotation.define<true>();

/** `cell` is the id of the notebook's cell that the text belongs to, or `null` for a text file. */
export function remoteCursors(text: Y.Text, awareness: Awareness, cell: string | null): Extension {
  const plugin = ViewPlugin.define((view) => new Cursors(view, text, awareness, cell), {
    decorations: (cursors) => cursors.decorations,
  });
  return [plugin, EditorView.domEventHandlers({ blur: () => void awareness.setLocalStateField("cursor", null) })];
}

class Cursors implements PluginValue {
  decorations: DecorationSet = Decoration.none;

  constructor(
    private readonly view: EditorView,
    private readonly text: Y.Text,
    private readonly awareness: Awareness,
    private readonly cell: string | null,
  ) {
    awareness.on("change", this.onAwareness);
    this.decorations = this.decorate();
    if (view.hasFocus) this.publish();
  }

  update(update: ViewUpdate): void {
    const remote = update.transactions.some((one) => one.annotation(awarenessChanged));
    if (remote || update.docChanged) this.decorations = this.decorate();
    if ((update.selectionSet || update.docChanged || update.focusChanged) && this.view.hasFocus) this.publish();
  }

  destroy(): void {
    this.awareness.off("change", this.onAwareness);
  }

  private publish(): void {
    const { anchor, head } = this.view.state.selection.main;
    const at = (index: number) => Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(this.text, index));
    const cursor = { anchor: at(anchor), head: at(head) };
    const state = this.awareness.getLocalState();
    if (state?.cell === this.cell && JSON.stringify(state.cursor) === JSON.stringify(cursor)) return;
    this.awareness.setLocalState({ ...state, cell: this.cell, cursor });
  }

  private readonly onAwareness = (_changes: unknown, origin: unknown): void => {
    if (origin === "local") return;
    this.view.dispatch({ annotations: awarenessChanged.of(true) });
  };

  private decorate(): DecorationSet {
    const ranges: Range<Decoration>[] = [];
    for (const [client, state] of this.awareness.getStates()) {
      if (client === this.awareness.clientID || (this.cell !== null && state.cell !== this.cell)) continue;
      if (isObject(state.cursor)) ranges.push(...this.cursor(state.cursor.anchor, state.cursor.head, personOf(state)));
    }
    return RangeSet.of(ranges, true);
  }

  private cursor(anchor: unknown, head: unknown, person: Person): Range<Decoration>[] {
    const [from, to] = [this.position(anchor), this.position(head)];
    if (from === null || to === null) return [];
    const caret = Decoration.widget({ widget: new Caret(person), side: to > from ? -1 : 1 }).range(to);
    if (from === to) return [caret];
    const attributes = { style: `--person: ${person.color}` };
    const selection = Decoration.mark({ class: "remote-selection", attributes });
    return [selection.range(Math.min(from, to), Math.max(from, to)), caret];
  }

  /** Where a relative position is in this text now; `null` if it is in another, or was sent by a fool. */
  private position(json: unknown): number | null {
    if (!isObject(json) || !this.text.doc) return null;
    try {
      const relative = Y.createRelativePositionFromJSON(json);
      const found = Y.createAbsolutePositionFromRelativePosition(relative, this.text.doc);
      return found?.type === this.text ? Math.min(found.index, this.view.state.doc.length) : null;
    } catch {
      return null;
    }
  }
}

class Caret extends WidgetType {
  constructor(private readonly person: Person) {
    super();
  }

  override eq(other: Caret): boolean {
    return other.person.name === this.person.name && other.person.color === this.person.color;
  }

  override toDOM(): HTMLElement {
    const caret = document.createElement("span");
    caret.className = "remote-caret";
    caret.style.setProperty("--person", this.person.color);
    caret.setAttribute("aria-hidden", "true");
    caret.dataset.name = this.person.name; // shown by the style: the name is no text of the line
    return caret;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}
