import { beforeAll, expect, test, vi } from "vitest";
import type { Shown } from "../state/shown.ts";
import { converse, converseAbout } from "../testing/conversation.ts";
import { PROJECT, refusal } from "../testing/hub.ts";
import { pass, settle } from "../testing/page.ts";
import { loadRarely } from "./bridge.ts";

beforeAll(async () => {
  await loadRarely();
});

test("save replies with what was written", async () => {
  const { talk, remote } = await converseAbout("one");
  remote.answer = () => ({ mtime: 17, bytes: 3 });
  talk.say("save", { path: "*" });
  await settle();
  const saved = [{ project_id: PROJECT, path: "a.txt", mtime: 17, bytes: 3 }];
  expect(talk.heard).toEqual([
    { status: "ack", action: "save" },
    { status: "done", action: "save", saved },
  ]);
});

test("run goes on over a lost connection", async () => {
  const { hub, talk, remote } = await converseAbout("one");
  const result = { ok: false, executed: 2, failed: 1, first_error: { cell: "c", ename: "E", evalue: "v" } };
  remote.answer = (method) => (method === "run" ? { run_id: "r1" } : undefined);
  talk.say("run", { what: "cell", cell: "c1" });
  await settle();
  hub.last.socket.end(1006);
  remote.answer = () => ({ run_id: "r1", ...result });
  await pass(60_000);
  expect(talk.heard).toEqual([
    { status: "ack", action: "run" },
    { status: "done", action: "run", ...result },
  ]);
  expect(remote.calls[0]).toEqual({ method: "run", params: { what: "cells", cells: ["c1"], stop_on_error: true } });
});

test.each(["save", "run"] as const)("%s waits for a connection that is being made", async (action) => {
  const { hub, talk, remote } = await converseAbout("one");
  remote.answer = () => ({ run_id: "r1", ok: true, executed: 1, failed: 0, mtime: 1, bytes: 3 });
  hub.last.socket.end(1006);
  talk.say(action);
  await pass(9_000);
  expect(talk.short).toEqual([`ack ${action}`, `done ${action}`]);
});

test("run, save and export wait for a file that is being opened", async () => {
  const { hub, talk } = await converse();
  const remote = hub.add("a.txt", "one");
  remote.answer = () => ({ run_id: "r1", ok: true, executed: 1, failed: 0, mtime: 1, bytes: 3 });
  hub.holdsOpens = true;
  talk.open("a.txt");
  await settle();
  for (const action of ["run", "save", "export"] as const) talk.say(action);
  await settle();
  expect(talk.short).toEqual([]);
  hub.proceed("a.txt");
  await settle();
  expect(talk.short.filter((text) => text.startsWith("done")).sort()).toEqual([
    "done export a.txt",
    "done open a.txt",
    "done run",
    "done save",
  ]);
});

test("a run on a file that cannot be opened gets the reason", async () => {
  const { talk } = await converse();
  talk.open("missing.txt");
  talk.say("run");
  await settle();
  expect(talk.short).toEqual(["error open missing.txt not_found", "error run not_found"]);
});

test("a run whose file is closed meanwhile is cancelled", async () => {
  const { hub, talk, page } = await converseAbout("one");
  hub.last.socket.end(1006);
  talk.say("run");
  await settle();
  page.files.drop();
  await settle();
  expect(talk.short).toEqual(["error run cancelled"]);
});

test("a file too large for a message is exported as an address", async () => {
  const { talk, page } = await converseAbout("one");
  const shown = page.files.front.value?.shown.value;
  const data = new Uint8Array(20_000_001);
  vi.spyOn(shown as Shown, "export").mockResolvedValue({ filename: "a.txt", mime: "text/plain", data });
  vi.spyOn(page.hub, "fileUrl").mockResolvedValue("https://carrel.example.net/signed");
  talk.say("export");
  talk.say("export", { format: "html" });
  await settle();
  expect(talk.heard).toContainEqual(
    expect.objectContaining({ status: "done", url: "https://carrel.example.net/signed", filename: "a.txt" }),
  );
  expect(talk.heard.find(({ status }) => status === "done")).not.toHaveProperty("data");
  expect(talk.heard).toContainEqual(expect.objectContaining({ status: "error", code: "unsupported" }));
});

test("export hands the bytes over", async () => {
  const { talk } = await converseAbout("one");
  talk.say("export");
  talk.say("export", { format: "html" });
  talk.say("export", { format: "exe" });
  await settle();
  const [, exported] = talk.heard;
  expect(talk.short).toEqual(["error export bad_message", "done export a.txt", "error export unsupported"]);
  expect(exported).toMatchObject({ filename: "a.txt", mime: "text/plain" });
  expect(new TextDecoder().decode(exported?.data as ArrayBuffer)).toBe("one");
});

test("a snapshot is taken when the server has all edits, and told with its hash", async () => {
  const { hub, talk, page, remote } = await converseAbout("one");
  remote.holdsAcks = true;
  page.files.front.value?.document.value?.ydoc.getText("source").insert(3, "!");
  talk.say("snapshot", { id: 1 });
  await pass(5_000);
  expect(talk.short).toEqual(["ack snapshot"]);
  expect(hub.requests.filter(({ path }) => path.includes("snapshots"))).toEqual([]);
  hub.last.acknowledge(1);
  await settle();
  const file = { project_id: PROJECT, path: "a.txt" };
  const told = { status: "done", action: "snapshot", id: 1, ...file, snapshot_id: "s1", sha256: "5a" };
  expect(talk.heard.at(-1)).toEqual(told);
  expect(hub.requests.at(-1)).toMatchObject({ path: "/api/v2/snapshots/make", body: { ...file, submit: false } });
});

test.each([
  [400, "internal"],
  [403, "forbidden"],
  [404, "not_found"],
])("a snapshot that the server refuses with %i is an error in its words", async (status, code) => {
  const { hub, talk } = await converseAbout("one");
  hub.snapshot = () => refusal(status, "because");
  talk.say("snapshot");
  await settle();
  expect(talk.heard.at(-1)).toEqual({ status: "error", action: "snapshot", mesg: "because", code });
});

test.each(["save", "run", "snapshot"] as const)("a read-only file refuses %s", async (action) => {
  const { hub, talk } = await converse();
  hub.add("a.txt").readonly = true;
  talk.open("a.txt");
  await settle();
  talk.say(action);
  await settle();
  expect(talk.heard.at(-1)).toMatchObject({ status: "error", action, code: "readonly" });
});

test.each(["save", "run", "export", "snapshot"] as const)("%s without an open file is refused", async (action) => {
  const { talk } = await converse();
  talk.say(action);
  await settle();
  expect(talk.heard).toMatchObject([{ status: "error", action, code: "not_found" }]);
});

test("small requests are carried out", async () => {
  const { talk, page } = await converseAbout("one");
  talk.say("theme", { theme: "dark" });
  talk.say("theme", { theme: "pink" });
  talk.say("resize", { on: true });
  talk.say("focus");
  talk.say("auth", { auth_token: "short" });
  await settle();
  expect(talk.short.sort()).toEqual([
    "done focus",
    "done resize",
    "done theme",
    "error auth auth",
    "error theme bad_message",
  ]);
  expect(page.theme.shown.value).toBe("dark");
  expect(page.natural.value).toBe(true);
  expect(page.files.front.value?.shown.value?.focus).toHaveBeenCalledOnce();
});
