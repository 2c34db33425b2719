import { expect, test } from "vitest";
import { cellsOf, Rows, separatorOf } from "./rows.ts";

function found(text: string, separator = ","): readonly (readonly string[])[] {
  const rows = new Rows(text, separator);
  while (!rows.findSome(1));
  return Array.from({ length: rows.count.value }, (_, index) => rows.cells(index));
}

test.each([
  ["", []],
  [
    "a,b\n1,2\n",
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  [
    "a,b\r\n1,2",
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  [
    '"x,y","line\nbreak"\n"say ""hi""",\n',
    [
      ["x,y", "line\nbreak"],
      ['say "hi"', ""],
    ],
  ],
  [
    '5" pipe,6\n7,8\n',
    [
      ['5" pipe', "6"],
      ["7", "8"],
    ],
  ],
  ['a\n"never closed,\nb\n', [["a"], ["never closed,\nb"]]],
  ['"","""",x\n', [["", '"', "x"]]],
  ["\ufeffa\n\nb\n", [["a"], [""], ["b"]]],
])("the rows of %j", (text, rows) => expect(found(text)).toEqual(rows));

test("what follows a closing quote belongs to the cell", () => expect(cellsOf('"a"b,c', ",")).toEqual(["ab", "c"]));

test.each([
  ["a.tsv", "a,b\tc", "\t"],
  ["a.csv", "a;b;c,d", ";"],
  ["a.csv", "a,b\n;;;;;", ","],
  ["a.csv", "alone", ","],
])("what separates the cells of %s with %j", (path, text, separator) =>
  expect(separatorOf(path, text)).toBe(separator),
);

test("a million rows are found in slices, and any of them is there at once", async () => {
  const rows = new Rows(
    Array.from({ length: 1_000_000 }, (_, row) => `${row},"row, ${row}",${row % 7}\n`).join(""),
    ",",
  );
  expect(rows.findSome(0)).toBe(false);
  expect(rows.count.value).toBeGreaterThan(1000);
  await rows.find(new AbortController().signal);
  expect(rows.count.value).toBe(1_000_000);
  expect(rows.cells(999_999)).toEqual(["999999", "row, 999999", String(999_999 % 7)]);
});

test("finding ends with its signal", async () => {
  const end = new AbortController();
  const rows = new Rows("a\n".repeat(1_000_000), ",");
  const finding = rows.find(end.signal);
  end.abort();
  await finding;
  expect(rows.isWhole.value).toBe(false);
});
