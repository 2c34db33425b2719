import { expect, test } from "vitest";
import type { Entry } from "../../../files.ts";
import { freeName, nameOf, parentOf, pressed, shown, sizeText, visible } from "./entries.ts";

function entry(name: string, more: Partial<Entry> = {}): Entry {
  return { name, kind: "file", size: 1, mtime: 1, link: null, ...more };
}

test("directories come first, numbers count, and hidden files wait to be wished for", () => {
  const entries = [entry("b10"), entry("B9"), entry("z", { kind: "directory" }), entry(".a")];
  const wish = { order: { column: "name", isDown: false }, text: "", hidden: false } as const;
  const names = (more: object): string[] => shown(entries, { ...wish, ...more }, "en").map(({ name }) => name);
  expect(names({})).toEqual(["z", "B9", "b10"]);
  expect(names({ hidden: true })).toContain(".a");
  expect(names({ text: "B1" })).toEqual(["b10"]);
  expect(names({ order: { column: "name", isDown: true } })).toEqual(["z", "b10", "B9"]);
});

test("a head that is pressed again turns the order round", () => {
  const order = { column: "name", isDown: false } as const;
  expect(pressed(order, "size")).toEqual({ column: "size", isDown: true });
  expect(pressed(order, "name")).toEqual({ column: "name", isDown: true });
});

test("what cannot be seen in a name is written out", () => {
  expect(visible("a\nb\u202egpj")).toBe("a\\u000ab\\u202egpj");
  expect(visible("\uefff\uef80")).toBe("\\xff\\x80");
  expect(visible("Größe 数 <b>")).toBe("Größe 数 <b>");
});

test("sizes have two digits or three", () => {
  const texts = [0, 999, 1000, 12_340, 1_500_000_000].map((bytes) => sizeText(bytes, "en"));
  expect(texts).toEqual(["0 B", "999 B", "1 kB", "12.3 kB", "1.5 GB"]);
});

test("a name that is taken gets a number before its ending", () => {
  expect(freeName("a.txt", new Set())).toBe("a.txt");
  expect(freeName("a.txt", new Set(["a.txt", "a (2).txt"]))).toBe("a (3).txt");
  expect(freeName(".a", new Set([".a"]))).toBe(".a (2)");
});

test("paths have a parent and a name", () => {
  expect([parentOf("a/b/c"), nameOf("a/b/c"), parentOf("c"), nameOf("c")]).toEqual(["a/b", "c", "", "c"]);
});
