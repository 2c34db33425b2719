import { expect, test } from "vitest";
import { StreamText } from "./stream.ts";

const lines = (count: number) => Array.from({ length: count }, (_, index) => `line ${index}\n`).join("");

test("a text is the sum of its chunks, whatever is appended", () => {
  let text = StreamText.EMPTY;
  let expected = "";
  for (const piece of ["a", "", "b\nc", "\n", lines(450), "no end", " yet\n\n", "x".repeat(40_000), "\ny"]) {
    text = text.withTail(text.length, piece);
    expected += piece;
    expect(text.toString()).toBe(expected);
    expect(text.length).toBe(expected.length);
    expect(text.lines).toBe(expected.split("\n").length - (expected === "" || expected.endsWith("\n") ? 1 : 0));
  }
});

test("appending keeps all chunks but the last", () => {
  const before = StreamText.of(lines(1000));
  const after = before.withTail(before.length, "more\n");
  expect(before.chunks.length).toBe(5);
  expect(after.chunks.slice(0, 5)).toEqual(before.chunks);
  expect(after.chunks.slice(0, 4).every((chunk, index) => chunk === before.chunks[index])).toBe(true);
});

test("the end of a text can be taken back, anywhere", () => {
  const whole = lines(500);
  for (const at of [0, 1, 700, 2000, whole.length - 1, whole.length]) {
    expect(StreamText.of(whole).withTail(at, "new").toString()).toBe(`${whole.slice(0, at)}new`);
  }
});

test("a style holds from one chunk to the next", () => {
  const text = StreamText.of(`\x1b[31m${lines(450)}\x1b[0mplain`);
  const [first, second, third] = text.chunks;
  expect(first?.spans[0]?.style.color).toBe(1);
  expect(second?.spans[0]?.style.color).toBe(1);
  expect(third?.spans.at(-1)).toMatchObject({ text: "plain", style: { color: null } });
});
