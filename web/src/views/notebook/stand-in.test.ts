// @vitest-environment jsdom
import { expect, onTestFinished, test, vi } from "vitest";
import * as Y from "yjs";
import { StandIn } from "./stand-in.ts";

function standIn(content: string) {
  const text = new Y.Doc().getText();
  text.insert(0, content);
  const told = { onCommand: vi.fn(), onEscape: vi.fn(), onFocus: vi.fn() };
  const one = new StandIn(document.body, { text, label: "Code cell 1", locked: false, ...told });
  onTestFinished(() => one.dispose());
  const area = document.querySelector("textarea") as HTMLTextAreaElement;
  const typed = (insert: string, from: number, to = from) => {
    area.setRangeText(insert, from, to, "end");
    area.dispatchEvent(new Event("input"));
  };
  const press = (key: string, more: KeyboardEventInit = {}) =>
    area.dispatchEvent(new KeyboardEvent("keydown", { key, cancelable: true, ...more }));
  return { one, text, told, area, typed, press };
}

test("what is typed, pasted and deleted goes to the text as just that", () => {
  const { text, typed } = standIn("aaa😀");
  const deltas: unknown[] = [];
  text.observe(({ delta }) => deltas.push(delta));
  typed("a", 1);
  typed("", 0, 2);
  typed("\n😁", 2, 4);
  expect(text.toString()).toBe("aa\n😁");
  expect(deltas).toEqual([
    [{ retain: 1 }, { insert: "a" }],
    [{ delete: 2 }],
    [{ retain: 2 }, { delete: 2 }, { insert: "\n😁" }],
  ]);
});

test("the cursor stays at its letter whatever others type and delete", () => {
  const { one, text, area } = standIn("0123456789");
  one.select(4, 6);
  text.insert(0, "ab");
  text.delete(5, 2);
  text.insert(text.length, "!");
  expect([area.value, ...one.cuts()]).toEqual(["ab01256789!", 5, 6]);
});

test("the keys of edit mode are commands, Tab indents, and Esc leaves, but not what an input method takes", () => {
  const { text, told, one, press } = standIn("x");
  one.select(0);
  expect(press("Enter", { shiftKey: true })).toBe(false);
  expect(press("Tab")).toBe(false);
  expect(press("Escape", { isComposing: true })).toBe(true);
  expect(press("a")).toBe(true);
  press("Escape");
  expect(told.onCommand.mock.calls).toEqual([["run-and-advance"]]);
  expect(told.onEscape).toHaveBeenCalledOnce();
  expect(text.toString()).toBe("    x");
});
