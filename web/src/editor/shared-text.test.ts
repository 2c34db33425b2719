// @vitest-environment jsdom
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { afterEach, describe, expect, it } from "vitest";
import * as Y from "yjs";
import { typingHistory } from "../state/notebook-undo.ts";
import { sharedText } from "./shared-text.ts";

const views: EditorView[] = [];

function editorOf(text: Y.Text): EditorView {
  const view = new EditorView({ state: EditorState.create({ doc: text.toString(), extensions: sharedText(text) }) });
  views.push(view);
  return view;
}

function textOf(content: string): Y.Text {
  const text = new Y.Doc().getText("source");
  text.insert(0, content);
  return text;
}

/** Everything that one did reaches the other. */
function exchange(a: Y.Text, b: Y.Text): void {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    if (from.doc && to.doc) Y.applyUpdate(to.doc, Y.encodeStateAsUpdate(from.doc, Y.encodeStateVector(to.doc)));
  }
}

afterEach(() => {
  for (const view of views.splice(0)) view.destroy();
});

describe("an editor of a shared text", () => {
  it("sends several changes of one transaction to their places", () => {
    const text = textOf("one two three");
    const view = editorOf(text);
    view.dispatch({
      changes: [
        { from: 0, to: 3, insert: "1" },
        { from: 4, insert: "new " },
        { from: 8, to: 13 },
      ],
    });
    expect(view.state.doc.toString()).toBe("1 new two ");
    expect(text.toString()).toBe("1 new two ");
  });

  it("keeps the selection when others type before it, and sends nothing back", () => {
    const text = textOf("hello");
    const view = editorOf(text);
    view.dispatch({ selection: { anchor: 2, head: 4 } });
    let updates = 0;
    text.doc?.on("update", () => {
      updates += 1;
    });
    text.insert(0, "> ");
    expect(view.state.doc.toString()).toBe("> hello");
    expect([view.state.selection.main.anchor, view.state.selection.main.head]).toEqual([4, 6]);
    expect(updates).toBe(1);
  });

  it.each(["a\r\nb\r\nc", "a\rb", "tab\tand 🙂 and é"])("keeps %j as it is, with its places", (content) => {
    const text = textOf(content);
    const view = editorOf(text);
    expect(view.state.doc.length).toBe(text.length);
    view.dispatch({ changes: { from: view.state.doc.length, insert: "!" } });
    expect(text.toString()).toBe(`${content}!`);
  });

  it("two editors of one text show the same", () => {
    const text = textOf("");
    const [first, second] = [editorOf(text), editorOf(text)];
    first.dispatch({ changes: { from: 0, insert: "a" } });
    second.dispatch({ changes: { from: 1, insert: "b" } });
    expect([first, second].map((view) => view.state.doc.toString())).toEqual(["ab", "ab"]);
  });

  it("random typing of two people ends in one text, in both editors and both documents", () => {
    let seed = 42;
    const random = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    const texts = [textOf(""), textOf("")] as const;
    const editors = texts.map(editorOf);
    for (let round = 0; round < 300; round += 1) {
      for (const view of editors) {
        const from = random(view.state.doc.length + 1);
        const to = Math.min(view.state.doc.length, from + random(4));
        view.dispatch({ changes: { from, to, insert: ["", "x", "\n", "ab\ncd", "é"][random(5)] ?? "" } });
      }
      if (random(3) === 0) exchange(...texts);
    }
    exchange(...texts);
    const all = [...texts.map(String), ...editors.map((view) => view.state.doc.toString())];
    expect(new Set(all).size).toBe(1);
    expect(all[0]?.length).toBeGreaterThan(100);
  });

  it("takes back what was typed here and nothing else", () => {
    const text = textOf("base");
    const history = typingHistory(text);
    const view = editorOf(text);
    view.dispatch({ changes: { from: 4, insert: " mine" } });
    text.insert(0, "theirs ");
    history.undo();
    expect(view.state.doc.toString()).toBe("theirs base");
    history.redo();
    expect(text.toString()).toBe("theirs base mine");
  });
});
