import { expect, test } from "vitest";
import { scrolledHeight, seen } from "./window.ts";

test("of a short list all is seen", () => expect(seen(3, 30, 0, 600)).toEqual({ first: 0, end: 3, above: 0 }));

test("what is scrolled by is left out", () => {
  expect(seen(1000, 30, 95, 300)).toEqual({ first: 3, end: 15, above: 5 });
});

test("the last of a million rows is seen at the end, in an area that browsers can scroll", () => {
  const height = scrolledHeight(1_000_000, 30);
  expect(height).toBeLessThan(17_000_000);
  const { first, end, above } = seen(1_000_000, 30, height - 600, 600);
  expect(end).toBe(1_000_000);
  expect(first * 30 + above).toBeCloseTo(1_000_000 * 30 - 600, 3);
});
