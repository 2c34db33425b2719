import { expect, test } from "vitest";
import { extended, kept, NOTHING, only, stepped, toggled } from "./selection.ts";

const ROWS = ["a", "b", "c", "d"];

test("a range goes from where it began, in both directions", () => {
  const begun = only("c");
  expect([...extended(begun, "d", ROWS).names]).toEqual(["c", "d"]);
  const back = extended(extended(begun, "d", ROWS), "a", ROWS);
  expect([...back.names]).toEqual(["a", "b", "c"]);
  expect(back.active).toBe("a");
});

test("steps stay within the rows", () => {
  expect(stepped(NOTHING, 1, ROWS)).toBe("a");
  expect(stepped(NOTHING, -1, ROWS)).toBe("d");
  expect(stepped(only("c"), Number.POSITIVE_INFINITY, ROWS)).toBe("d");
  expect(stepped(only("a"), -1, ROWS)).toBe("a");
  expect(stepped(NOTHING, 1, [])).toBe(null);
});

test("what has gone is not selected any more", () => {
  const both = toggled(only("a"), "b");
  expect([...kept(both, new Set(["a"])).names]).toEqual(["a"]);
  expect(kept(both, new Set(ROWS))).toBe(both);
  expect(toggled(both, "a").names).toEqual(new Set(["b"]));
});
