import { expect, test } from "vitest";
import type { Entry } from "../../projects.ts";
import { byDay, sentenceOf } from "./log-words.ts";

const names = { a: "Ada", b: "Bob" };
const entry = (event: Record<string, unknown>, account_id: string | null = "a", time = 0): Entry => ({
  id: String(time),
  time,
  account_id,
  event,
});

test.each([
  [{ event: "open", filename: "x/a.md" }, "a", "Ada", "opened x/a.md", "x/a.md"],
  [{ event: "add_collaborator", account_id: "b" }, "a", "Ada", "added Bob", null],
  [{ event: "add_collaborator", account_id: "b" }, "b", "Bob", "joined the project", null],
  [{ event: "remove_collaborator", removed_name: "a" }, "a", "Ada", "left the project", null],
  [{ event: "remove_collaborator", removed_name: "gone" }, "a", "Ada", "removed Somebody", null],
  [{ event: "set", description: "D" }, "a", "Ada", "changed the settings", null],
  [{ event: "project_ended", reason: "out of memory" }, null, "", "The project ended: out of memory", null],
  [{ event: "constructor" }, "a", "Ada", "did “constructor”", null],
  [{ event: { a: 1 }, filename: 7 }, "zz", "Somebody", "did “”", null],
])("%o is told", (event, by, who, did, path) => {
  expect(sentenceOf(entry(event, by), names)).toEqual({ who, did, path });
});

test("days come in the order of their entries", () => {
  const entries = [entry({}, "a", 25), entry({}, "a", 21), entry({}, "a", 13)];
  const days = byDay(entries, (time) => `day ${Math.floor(time / 10)}`);
  expect(days.map(([day, those]) => [day, those.length])).toEqual([
    ["day 2", 2],
    ["day 1", 1],
  ]);
});
