// @vitest-environment jsdom
import { beforeEach, expect, test } from "vitest";
import { NamedSession } from "../../session.ts";
import { Tabs, tabNames } from "./tabs.ts";

const PROJECT = "6f1ff04a-6b9b-4c0e-9d7c-111111111111";
const OTHER = "6f1ff04a-6b9b-4c0e-9d7c-222222222222";

beforeEach(() => localStorage.clear());

function opened(session: string | null, project = PROJECT): Tabs {
  return new Tabs(project, new NamedSession(session));
}

test("tabs keep their order, and a file has one", () => {
  const tabs = opened("");
  for (const path of ["a", "b", "c", "a"]) tabs.add(path);
  expect(tabs.paths.value).toEqual(["a", "b", "c"]);
});

test.each([
  ["a", "b", ["b", "c"]],
  ["b", "c", ["a", "c"]],
  ["c", "b", ["a", "b"]],
])("when %s is closed %s takes its place", (closed, next, left) => {
  const tabs = opened("");
  for (const path of ["a", "b", "c"]) tabs.add(path);
  expect(tabs.remove(closed)).toBe(next);
  expect(tabs.paths.value).toEqual(left);
});

test("nothing takes the place of the last tab", () => {
  const tabs = opened("");
  tabs.add("a");
  expect(tabs.remove("a")).toBeNull();
});

test.each([
  ["a", 2, ["b", "c", "a"]],
  ["c", 0, ["c", "a", "b"]],
  ["b", 1, ["a", "b", "c"]],
  ["b", 3, ["a", "b", "c"]],
  ["a", -1, ["a", "b", "c"]],
  ["x", 0, ["a", "b", "c"]],
])("%s moves to place %i", (path, index, order) => {
  const tabs = opened("");
  for (const each of ["a", "b", "c"]) tabs.add(each);
  tabs.move(path, index);
  expect(tabs.paths.value).toEqual(order);
});

test("a named session is restored by its name, for each project, and becomes the browser's default", () => {
  opened("work").add("a.md");
  opened("work", OTHER).add("b.md");
  opened("rest").add("c.md");
  expect(opened("work").paths.value).toEqual(["a.md"]);
  expect(opened("work", OTHER).paths.value).toEqual(["b.md"]);
  expect(opened(null).paths.value).toEqual(["a.md"]);
});

test("the session that nobody has named is called default", () => {
  opened(null).add("a.md");
  expect(opened("default").paths.value).toEqual(["a.md"]);
});

test("the empty name restores and saves nothing, and leaves the browser's default", () => {
  opened("work").add("a.md");
  const none = opened("");
  expect(none.paths.value).toEqual([]);
  none.add("b.md");
  expect(opened("").paths.value).toEqual([]);
  expect(opened(null).paths.value).toEqual(["a.md"]);
});

test("what a browser keeps that is no session is none", () => {
  localStorage.setItem("carrel-session:default", `{"${PROJECT}":[1]}`);
  expect(opened(null).paths.value).toEqual([]);
});

test("files of the same name are told apart by their folders", () => {
  const names = tabNames(["a.md", "x/y/b.md", "b.md"]);
  expect([...names.values()]).toEqual([
    { name: "a.md", folder: "" },
    { name: "b.md", folder: "x/y/" },
    { name: "b.md", folder: "/" },
  ]);
});
