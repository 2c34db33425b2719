import { expect, onTestFinished, test, vi } from "vitest";
import { Conversation, converse, converseAbout, type Message, ORIGIN } from "../testing/conversation.ts";
import { PROJECT, TOKEN } from "../testing/hub.ts";
import { openHub, openPage, pass, settle } from "../testing/page.ts";
import { parseConfig } from "../wire/config.ts";
import { Inbox } from "./inbox.ts";
import { Parent } from "./parent.ts";
import { tellParent } from "./telling.ts";

const OTHER = "99999999-2222-4333-8444-555555555555";

/** Nobody has spoken to the page yet; pages of `ORIGIN` may. */
function openInbox(): Inbox {
  const config = parseConfig('{"parents":[{"host":"course.example.org","port":443,"subdomains":false}]}');
  return new Inbox({ parent: null } as never, config);
}

test("a file is opened with an ack and then done", async () => {
  const { hub, talk } = await converse();
  hub.add("dir/a.txt");
  talk.open("./dir//a.txt", { id: 7 });
  await settle();
  const about = { action: "open", path: "dir/a.txt", project_id: PROJECT, id: 7 };
  expect(talk.heard).toEqual([
    { ...about, status: "ack" },
    { ...about, status: "done" },
  ]);
  expect(talk.bridge.status().open_files).toEqual({ [PROJECT]: ["dir/a.txt"] });
});

test.each([
  [{ project_id: 7, path: 8 }, "invalid project_id='7'", "bad_project"],
  [{ path: "a" }, "invalid project_id='undefined'", "bad_project"],
  [{ project_id: `${PROJECT}0`, path: "a" }, `invalid project_id='${PROJECT}0'`, "bad_project"],
  [{ project_id: PROJECT }, "invalid path, it must be a string", "bad_path"],
  [{ project_id: PROJECT, path: 5 }, "invalid path, it must be a string", "bad_path"],
  [{ project_id: PROJECT, path: "" }, "path must be a file", "not_a_file"],
  [{ project_id: PROJECT, path: "dir/" }, "path must be a file", "not_a_file"],
  [{ project_id: PROJECT, path: "../a" }, "path must be a file", "bad_path"],
  [{ project_id: PROJECT, path: "/etc/passwd" }, "path must be a file", "bad_path"],
])("%j is refused at once: %s", async (fields, mesg, code) => {
  const { talk } = await converse();
  talk.say("open", { ...fields, id: "x" });
  const { path, project_id } = fields as Message;
  expect(talk.heard).toEqual([{ status: "error", action: "open", path, project_id, id: "x", mesg, code }]);
});

test.each([
  ["not_found", "no such file", "not_found", "no such file"],
  ["forbidden", "no", "forbidden", `problem opening project ${PROJECT}`],
  ["bad_project", "no", "forbidden", `problem opening project ${PROJECT}`],
  ["start_failed", "out of memory", "internal", "out of memory"],
  ["unsupported", "binary", "unsupported", "binary"],
])("what the server closes with %s is never done", async (code, message, replied, mesg) => {
  const { hub, talk, page } = await converse();
  hub.holdsOpens = true;
  talk.open("a.txt");
  await settle();
  hub.last.control({ t: "closed", ch: 1, code, message });
  await settle();
  expect(talk.heard).toEqual([
    { status: "error", action: "open", path: "a.txt", project_id: PROJECT, mesg, code: replied },
  ]);
  expect(page.files.all.value).toEqual([]);
});

test("ten opens over two projects: acks in order, endings as they come, the last one asked for in front", async () => {
  const { hub, talk, page } = await converse();
  hub.holdsOpens = true;
  const paths = Array.from({ length: 10 }, (_, index) => `${index}.txt`);
  for (const path of paths) {
    if (path !== "5.txt") hub.add(path);
    talk.open(path, { project_id: path < "5" ? PROJECT : OTHER });
  }
  await settle();
  for (const path of [...paths].reverse()) hub.proceed(path);
  await settle();
  const acks = paths.filter((path) => path !== "5.txt").map((path) => `ack open ${path}`);
  expect(talk.short.filter((line) => line.startsWith("ack"))).toEqual(acks);
  expect(talk.short.filter((line) => line.includes("5.txt"))).toEqual(["error open 5.txt not_found"]);
  expect(talk.short.filter((line) => line.startsWith("done"))).toHaveLength(9);
  for (const path of paths.filter((one) => one !== "5.txt")) {
    expect(talk.short.indexOf(`done open ${path}`)).toBeGreaterThan(talk.short.indexOf(`ack open ${path}`));
  }
  expect(page.files.front.value?.path).toBe("9.txt");
});

test("opening an open file brings it to the front", async () => {
  const { hub, talk, page } = await converse();
  for (const path of ["a.txt", "b.txt"]) {
    hub.add(path);
    talk.open(path);
  }
  await settle();
  expect(page.files.front.value?.path).toBe("b.txt");
  talk.open("a.txt", { line: 3 });
  await settle();
  expect(talk.short.slice(-2)).toEqual(["ack open a.txt", "done open a.txt"]);
  expect(page.files.front.value?.path).toBe("a.txt");
  expect(page.files.front.value?.shown.value?.reveal).toHaveBeenCalledWith({ line: 3 });
  expect(hub.last.channels.size).toBe(2);
});

test("a file that is opened in the background stays behind", async () => {
  const { hub, talk, page } = await converse();
  for (const path of ["a.txt", "b.txt"]) hub.add(path);
  talk.open("a.txt");
  talk.open("b.txt", { background: true });
  await settle();
  expect(page.files.front.value?.path).toBe("a.txt");
  expect(talk.short.filter((line) => line.startsWith("done"))).toHaveLength(2);
});

test("an open before sign-in waits for it, and is not lost", async () => {
  const hub = openHub();
  hub.add("a.txt");
  const page = openPage(hub);
  page.start(null);
  const talk = new Conversation(page);
  talk.open("a.txt");
  await settle();
  expect(talk.heard).toEqual([]);
  expect(talk.bridge.status()).toMatchObject({ auth: "required", ready: false, open_files: {} });
  talk.say("auth", { auth_token: TOKEN, id: 2 });
  await pass(60_000);
  expect(talk.short).toEqual(["done auth", "ack open a.txt", "done open a.txt"]);
  expect(talk.bridge.status()).toMatchObject({ auth: "ok", ready: true });
});

test("an open that nobody signs in for ends with an error", async () => {
  const hub = openHub();
  const page = openPage(hub);
  page.start(null);
  const talk = new Conversation(page);
  talk.open("a.txt");
  await pass(121_000);
  expect(talk.short).toEqual(["error open a.txt auth"]);
});

test("an open that takes longer than two minutes ends with an error", async () => {
  const { hub, talk, page } = await converse();
  hub.holdsOpens = true;
  talk.open("a.txt");
  await pass(121_000);
  expect(talk.short).toEqual(["error open a.txt timeout"]);
  expect(page.files.all.value).toEqual([]);
});

test("closeall ends what is pending, saves, closes, and what comes later waits for it", async () => {
  const { hub, talk, page, remote } = await converseAbout("one");
  remote.holdsAcks = true;
  page.files.front.value?.document.value?.ydoc.getText("source").insert(3, " two");
  hub.holdsOpens = true;
  talk.open("b.txt");
  await settle();
  hub.holdsOpens = false;
  hub.add("c.txt");
  talk.say("closeall", { id: "close" });
  talk.open("c.txt");
  await settle();
  expect(talk.short).toEqual(["error open b.txt cancelled"]);
  hub.last.acknowledge(1);
  await settle();
  expect(talk.short).toEqual(["error open b.txt cancelled", "done closeall", "ack open c.txt", "done open c.txt"]);
  expect(talk.heard[1]).toEqual({ status: "done", action: "closeall", mesg: "all files are closed", id: "close" });
  expect(remote.source.toString()).toBe("one two");
  expect(remote.calls).toEqual([{ method: "save", params: { cause: "parent" } }]);
});

test("closeall with nothing open says the same", async () => {
  const { talk } = await converse();
  talk.say("closeall");
  await settle();
  expect(talk.heard).toEqual([{ status: "done", action: "closeall", mesg: "all files are closed" }]);
});

test("a file that cannot be saved stays open after closeall", async () => {
  const { talk, page, remote } = await converseAbout("one");
  remote.holdsAcks = true;
  page.files.front.value?.document.value?.ydoc.getText("source").insert(0, "x");
  vi.spyOn(AbortSignal, "timeout").mockReturnValue(AbortSignal.abort(new DOMException("late", "TimeoutError")));
  talk.say("closeall");
  await settle();
  expect(talk.heard).toMatchObject([{ status: "error", action: "closeall", code: "internal" }]);
  expect(page.files.front.value?.path).toBe("a.txt");
});

test("status says how things are, at once", async () => {
  const { talk, hub } = await converseAbout("one");
  expect(talk.bridge.status()).toEqual({
    connection: { quality: "good", status: "connected", status_time: expect.any(Number), ping: expect.any(Number) },
    open_files: { [PROJECT]: ["a.txt"] },
    ready: true,
    auth: "ok",
    dirty: {},
    protocol: 1,
  });
  hub.isReachable = false;
  hub.last.socket.end(1006);
  await settle();
  expect(talk.bridge.status()).toMatchObject({ connection: { quality: "bad" }, ready: false });
});

test("two requests for the same file without ids are answered oldest first", async () => {
  const { hub, talk } = await converse();
  hub.add("a.txt");
  talk.open("a.txt");
  talk.open("a.txt");
  await settle();
  expect(talk.short.filter((line) => line.startsWith("ack"))).toHaveLength(2);
  expect(talk.short.filter((line) => line.startsWith("done"))).toHaveLength(2);
  expect(talk.short.indexOf("ack open a.txt")).toBe(0);
});

test("a parent page hears what happens, once each", async () => {
  const hub = openHub();
  const remote = hub.add("a.txt", "one");
  const page = openPage(hub);
  const talk = new Conversation(page);
  const around = { parent: talk.peer.window as never, ancestorOrigins: [ORIGIN], referrer: "", ownOrigin: "" };
  onTestFinished(tellParent(page, new Parent(openInbox(), around, null)));
  page.start(TOKEN);
  await settle();
  talk.open("a.txt");
  await settle();
  remote.holdsAcks = true;
  page.files.front.value?.document.value?.ydoc.getText("source").insert(0, "x");
  await settle();
  hub.last.acknowledge(1);
  hub.last.event(1, { event: "saved", mtime: 9, bytes: 4, cause: "auto" });
  hub.last.event(1, { event: "kernel", state: "busy", queue: [], running: null, timings: {} });
  page.blocked.value = { path: "b.txt" };
  const file = { project_id: PROJECT, path: "a.txt" };
  expect(talk.heard.filter((message) => "event" in message)).toEqual([
    expect.objectContaining({ event: "ready", protocol: 1, actions: expect.arrayContaining(["open", "run"]) }),
    { event: "dirty", ...file, dirty: true },
    { event: "dirty", ...file, dirty: false },
    { event: "saved", ...file, mtime: 9, cause: "auto" },
    { event: "kernel", ...file, state: "busy" },
    { event: "blocked", path: "b.txt" },
  ]);
});

test.each([
  [[ORIGIN], "", null, true],
  [[], `${ORIGIN}/course`, null, true],
  [[], "", ORIGIN, true],
  [["https://evil.example.org"], `${ORIGIN}/`, ORIGIN, false],
  [[], "https://evil.example.org/", ORIGIN, false],
  [[], "", null, false],
])("ancestors %j, referrer '%s' and hint %j let events out: %s", (ancestorOrigins, referrer, hint, isTold) => {
  const heard: unknown[] = [];
  const parent = { postMessage: (message: unknown, options: unknown) => heard.push([message, options]) } as never;
  const around = { parent, ancestorOrigins, referrer, ownOrigin: "https://carrel.example.net" };
  const event = { event: "error", code: "internal", mesg: "m" } as const;
  new Parent(openInbox(), around, hint).tell(event);
  expect(heard).toEqual(isTold ? [[event, { targetOrigin: ORIGIN, transfer: [] }]] : []);
});
