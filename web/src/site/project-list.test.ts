import { expect, test } from "vitest";
import { FIRST_ORDER, found, inOrder, pressed } from "./project-list.ts";
import type { Listed } from "./projects.ts";

function project(title: string, last_edited: number, people: readonly string[] = []): Listed {
  return { project_id: title, title, state: "opened", last_edited, role: "owner", hidden: false, people };
}

const titles = (projects: readonly Listed[]): string[] => projects.map(({ title }) => title);

test("every word of a search is in the title or in the name of somebody", () => {
  const all = [project("Linear algebra", 1, ["1"]), project("Analysis", 2, ["2"]), project("Algebra II", 3)];
  const names = { "1": "Emmy Noether", "2": "Ada" };
  expect(titles(found(all, "alg", names))).toEqual(["Linear algebra", "Algebra II"]);
  expect(titles(found(all, " ALGEBRA  emmy", names))).toEqual(["Linear algebra"]);
  expect(titles(found(all, "", names))).toHaveLength(3);
});

test("a press on a head sorts by it, the next one turns it round", () => {
  const byTitle = pressed(FIRST_ORDER, "title");
  expect(byTitle).toEqual({ column: "title", isDown: false });
  expect(pressed(byTitle, "title")).toEqual({ column: "title", isDown: true });
  expect(pressed(byTitle, "edited")).toEqual(FIRST_ORDER);
});

test("projects are in the order of people: numbers as numbers, those that run first", () => {
  const all = [project("b 10", 1), project("B 9", 3), project("a", 2)];
  const state = ({ title }: Listed) => (title === "a" ? "running" : "opened");
  const sorted = (column: "title" | "state" | "edited", isDown = false) =>
    titles(inOrder(all, { column, isDown }, state, "en"));
  expect(sorted("title")).toEqual(["a", "B 9", "b 10"]);
  expect(sorted("edited", true)).toEqual(["B 9", "a", "b 10"]);
  expect(sorted("state")[0]).toBe("a");
});
