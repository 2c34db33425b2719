import { afterEach, expect, test, vi } from "vitest";
import { Api } from "./api.ts";
import { ProjectCalls } from "./projects.ts";

const PROJECT = { project_id: "a", title: "A", state: "opened", last_edited: null, role: "owner", people: [] };

let hidden = false;
/** Calls that the hub has not answered yet. */
let waiting: (() => void)[] = [];
const projects = new ProjectCalls(new Api(""));

afterEach(() => vi.unstubAllGlobals());

function serve(): void {
  hidden = false;
  waiting = [];
  vi.stubGlobal("fetch", async (url: string) => {
    const reply = url.endsWith("/list") ? { projects: [{ ...PROJECT, hidden }], names: {} } : {};
    await new Promise<void>((resolve) => waiting.push(resolve));
    hidden ||= url.endsWith("/hide");
    return Response.json(reply);
  });
}

async function answer(): Promise<void> {
  await vi.waitFor(() => expect(waiting).not.toEqual([]));
  for (const resolve of waiting.splice(0)) resolve();
}

test("a list that is asked for while a project is being hidden tells of it", async () => {
  serve();
  void projects.hide("a", true);
  const listing = projects.list(false);
  await answer();
  await answer();
  expect((await listing).projects[0]?.hidden).toBe(true);
});

test("a list that was on its way when a project was hidden tells of it", async () => {
  serve();
  const listing = projects.list(false);
  await vi.waitFor(() => expect(waiting).toHaveLength(1));
  void projects.hide("a", true);
  await answer();
  await answer();
  expect((await listing).projects[0]?.hidden).toBe(true);
});
