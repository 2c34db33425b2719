import { expect, test } from "vitest";
import { PLAIN, parseAnsi, plainText } from "./ansi.ts";

const styles = (text: string) =>
  parseAnsi(text).spans.map(({ text: part, style }) => [part, style.color, style.background]);

test("colours of the palette, of 256 and of all are read", () => {
  expect(styles("\x1b[31ma\x1b[92mb\x1b[0mc")).toEqual([
    ["a", 1, null],
    ["b", 10, null],
    ["c", null, null],
  ]);
  expect(styles("\x1b[38;5;9ma\x1b[38;5;21mb\x1b[48;5;255mc")).toEqual([
    ["a", 9, null],
    ["b", "rgb(0, 0, 255)", null],
    ["c", "rgb(0, 0, 255)", "rgb(238, 238, 238)"],
  ]);
  expect(styles("\x1b[38;2;1;2;300;44mx")).toEqual([["x", "rgb(1, 2, 255)", 4]]);
});

test("flags are set and taken back one by one", () => {
  const [bold, both, italic] = parseAnsi("\x1b[1ma\x1b[3mb\x1b[22mc").spans;
  expect([bold?.style.bold, bold?.style.italic]).toEqual([true, false]);
  expect([both?.style.bold, both?.style.italic]).toEqual([true, true]);
  expect([italic?.style.bold, italic?.style.italic]).toEqual([false, true]);
});

test("sequences that move or name things leave only their text", () => {
  expect(plainText("a\x1b[2Kb\x1b]8;;https://example.org\x07link\x1b]8;;\x1b\\\x1b(Bc\x00\td\n")).toBe("ablinkc\td\n");
});

test("nonsense changes nothing but itself", () => {
  expect(parseAnsi("\x1b[38mx\x1b[38;5mx\x1b[999mx\x1b[").end).toMatchObject({ bold: PLAIN.bold, background: null });
  expect(styles("\x1b[38;5;999mx")).toEqual([["x", null, null]]);
});
