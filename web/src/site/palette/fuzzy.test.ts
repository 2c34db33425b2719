import { expect, test } from "vitest";
import { findFitting } from "./fuzzy.ts";

const find = (letters: string, ...texts: string[]): readonly string[] => findFitting(letters, texts, (text) => text);

test("letters find what has them in their order, and nothing else", () => {
  expect(find("np", "New project", "Open", "Sign out")).toEqual(["New project"]);
  expect(find("pn", "New project")).toEqual([]);
  expect(find("  ", "b", "a")).toEqual(["b", "a"]);
});

test("beginnings of words and letters side by side come first", () => {
  expect(find("set", "Restart the kernel", "Settings", "Make cells text")[0]).toBe("Settings");
  expect(find("rk", "Work on it", "Restart the kernel")).toEqual(["Restart the kernel", "Work on it"]);
  expect(find("ÄN", "Größen", "Änderungen")).toEqual(["Änderungen"]);
});

test("letters of the next word do not hide a match that needs the first", () => {
  expect(find("abc", "a-bx abc")).toEqual(["a-bx abc"]);
  expect(find("ab", "ab b")).toEqual(["ab b"]);
  expect(find("bab", "xbab b")).toEqual(["xbab b"]);
});
