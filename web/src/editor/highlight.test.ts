import { parser } from "@lezer/python";
import { expect, test } from "vitest";
import { highlighted } from "./highlight.ts";

const CODE = "x = 1\n\n\ny";
const shape = (lines: ReturnType<typeof highlighted>) => lines.map((line) => line.map(({ text }) => text).join(""));

test.each([
  ["plain", null],
  ["coloured", parser],
])("%s code has the lines of its text, and the empty ones have nothing in them", (_, used) => {
  const lines = highlighted(CODE, used);
  expect(shape(lines)).toEqual(["x = 1", "", "", "y"]);
  expect(lines[1]).toEqual([]);
});

test("a long text is not coloured", () => {
  const [line] = highlighted(`"${"x".repeat(60_000)}"`, parser);
  expect(line?.[0]?.classes).toBe("");
});
