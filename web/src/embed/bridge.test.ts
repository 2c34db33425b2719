import { effect } from "@preact/signals";
import { expect, onTestFinished, test, vi } from "vitest";
import type { OpenFile } from "../state/open-file.ts";
import type { Page } from "../state/page.ts";
import { type Exported, FormatUnsupported, type Shown } from "../state/shown.ts";
import { PROJECT, type TestFile, type TestHub, TOKEN } from "../testing/hub.ts";
import { openConnectedPage, openHub, openPage, pass, settle } from "../testing/page.ts";
import { parseConfig } from "../wire/config.ts";
import { Bridge } from "./bridge.ts";
import { Inbox } from "./inbox.ts";
import { Parent } from "./parent.ts";
import type { Action } from "./protocol.ts";
import { tellParent } from "./telling.ts";

const OTHER = "99999999-2222-4333-8444-555555555555";
const ORIGIN = "https://course.example.org";

type Message = Readonly<Record<string, unknown>>;

/** Nobody has spoken to the page yet; pages of `ORIGIN` may. */
function openInbox(): Inbox {
  const config = parseConfig('{"parents":[{"host":"course.example.org","port":443,"subdomains":false}]}');
  return new Inbox({ parent: null } as never, config);
}

class Conversation {
  readonly heard: Message[] = [];
  readonly page: Page;
  readonly bridge: Bridge;
  readonly peer = { window: { postMessage: (message: Message) => this.heard.push(message) }, origin: ORIGIN };

  constructor(page: Page) {
    this.page = page;
    this.bridge = new Bridge(page);
    showFiles(page);
  }

  say(action: Action, fields: Message = {}): void {
    this.bridge.handle({ action, fields: { action, ...fields }, peer: this.peer as never });
  }

  open(path: string, fields: Message = {}): void {
    this.say("open", { project_id: PROJECT, path, ...fields });
  }

  /** What was heard, in short. */
  get short(): string[] {
    return this.heard.map(({ status, action, path, code }) => [status, action, path, code].filter(Boolean).join(" "));
  }
}

/** Stands for the view: shows each file whose document is there. */
function showFiles(page: Page): void {
  const shown: Shown = { focus: vi.fn(), reveal: vi.fn(), naturalHeight: () => 100, export: exportAs };
  const watched = new Set<OpenFile>();
  const stop = page.files.all.subscribe((files) => {
    for (const file of files.filter((one) => !watched.has(one))) {
      watched.add(file);
      onTestFinished(
        effect(() => {
          file.shown.value = file.document.value && shown;
        }),
      );
    }
  });
  onTestFinished(stop);
}

async function exportAs(format: string): Promise<Exported> {
  if (format !== "raw") throw new FormatUnsupported(`no ${format} here`);
  return { filename: "a.txt", mime: "text/plain", data: new TextEncoder().encode("one") };
}

async function converse(): Promise<{ hub: TestHub; talk: Conversation; page: Page }> {
  const hub = openHub();
  const page = await openConnectedPage(hub);
  return { hub, page, talk: new Conversation(page) };
}

async function converseAbout(
  text: string,
): Promise<{ hub: TestHub; talk: Conversation; page: Page; remote: TestFile }> {
  const all = await converse();
  const remote = all.hub.add("a.txt", text);
  all.talk.open("a.txt");
  await settle();
  all.talk.heard.length = 0;
  return { ...all, remote };
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

test("a run whose file is closed meanwhile is cancelled", async () => {
  const { hub, talk, page } = await converseAbout("one");
  hub.last.socket.end(1006);
  talk.say("run");
  await settle();
  page.files.drop();
  await settle();
  expect(talk.short).toEqual(["error run cancelled"]);
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
  const [exported, ...refused] = talk.heard;
  expect(exported).toMatchObject({ status: "done", filename: "a.txt", mime: "text/plain", path: "a.txt" });
  expect(new TextDecoder().decode(exported?.data as ArrayBuffer)).toBe("one");
  expect(refused).toMatchObject([{ code: "unsupported" }, { code: "bad_message" }].reverse());
});

test.each(["save", "run"] as const)("a read-only file refuses %s", async (action) => {
  const { hub, talk } = await converse();
  hub.add("a.txt").readonly = true;
  talk.open("a.txt");
  await settle();
  talk.say(action);
  await settle();
  expect(talk.heard.at(-1)).toMatchObject({ status: "error", action, code: "readonly" });
});

test.each(["save", "run", "export"] as const)("%s without an open file is refused", async (action) => {
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
