// @vitest-environment jsdom
/** Requests, replies and events, with a server that knows all and with one that knows only the published contract. */

import { beforeEach, describe, expect, test, vi } from "vitest";
import { CarrelError, connect } from "../src/index.ts";
import { ending, Pair, PROJECT, SERVER } from "./pair.ts";

const file = (path: string) => ({ projectId: PROJECT, path });
const opening = (path: string) => ({ action: "open", project_id: PROJECT, path });

beforeEach(() => document.body.replaceChildren());

function connected(options: Parameters<typeof connect>[2] = {}) {
  const pair = new Pair();
  return { pair, frame: ending(connect(pair.iframe, SERVER, options)) };
}

function ready() {
  const both = connected();
  both.pair.beReady();
  return both;
}

test("what is asked before the frame is ready waits for it and keeps its order", async () => {
  const { pair, frame } = connected();
  const first = frame.open(file("a.ipynb"));
  const second = frame.closeAll();
  await frame.status();
  expect(pair.asked).toEqual([]);
  pair.beReady();
  await frame.ready;
  expect(pair.asked).toMatchObject([opening("a.ipynb"), { action: "closeall" }]);
  pair.reply(pair.asked[1], { status: "done", mesg: "all files are closed" });
  pair.reply(pair.asked[0], { status: "done", ...opening("a.ipynb") });
  await second;
  expect(await first).toEqual(file("a.ipynb"));
});

test("an opening is acknowledged first, and its end tells the normalised path", async () => {
  const { pair, frame } = ready();
  const open = frame.open(file("./a.ipynb"), { line: 3, create: true });
  const request = await pair.nth(0);
  expect(request).toEqual({ ...opening("./a.ipynb"), line: 3, create: true, id: request.id });
  pair.reply(request, { status: "ack", ...opening("a.ipynb") });
  await open.acked;
  pair.reply(request, { status: "done", ...opening("a.ipynb") });
  expect(await open).toEqual(file("a.ipynb"));
});

test("an error reply rejects with its code, its text and the reply, also who waits for the acknowledgement", async () => {
  const { pair, frame } = ready();
  const open = frame.open(file("no"));
  const reply = { status: "error", code: "not_found", mesg: "no such file", ...opening("no") };
  pair.reply(await pair.nth(0), reply);
  await expect(open).rejects.toMatchObject({ code: "not_found", message: "no such file", reply });
  await expect(open.acked).rejects.toBeInstanceOf(CarrelError);
});

test("a request without an answer is given up after the limit; one that was acknowledged is not", async () => {
  const { pair, frame } = connected({ timeoutMs: 200 });
  pair.beReady();
  const acked = frame.run();
  pair.reply(await pair.nth(0), { status: "ack", action: "run" });
  await expect(frame.save()).rejects.toMatchObject({ code: "timeout" });
  pair.reply(pair.asked[0], { status: "done", action: "run", ok: true, executed: 2, failed: 0 });
  expect(await acked).toMatchObject({ ok: true, executed: 2, failed: 0 });
});

test("a frame that never becomes ready rejects with a timeout", async () => {
  const { frame } = connected({ timeoutMs: 50 });
  await expect(frame.ready).rejects.toMatchObject({ code: "timeout" });
});

test("messages of other windows and other origins are not heard", async () => {
  const { pair, frame } = connected();
  const heard = vi.fn();
  frame.on("blocked", heard);
  pair.say({ event: "blocked", path: "evil" }, { origin: "https://evil.example" });
  pair.say({ event: "blocked", path: "evil" }, { source: window });
  pair.say({ event: "blocked", path: "good" });
  await vi.waitFor(() => expect(heard).toHaveBeenCalled());
  expect(heard.mock.calls).toEqual([[{ path: "good" }]]);
});

test("a page that wants to is told of each message", async () => {
  const trace = vi.fn();
  const { pair, frame } = connected({ trace });
  pair.say({ event: "blocked", path: "a" });
  await frame.status();
  expect(trace.mock.calls).toContainEqual(["in", { event: "blocked", path: "a" }]);
  expect(trace.mock.calls).toContainEqual(["out", { action: "status", id: expect.any(Number) }]);
});

test("events come with camel case until one stops listening", async () => {
  const { pair, frame } = ready();
  const heard = vi.fn();
  const stop = frame.on("saved", heard);
  pair.say({ event: "saved", project_id: PROJECT, path: "a", mtime: 5, cause: "user" });
  await vi.waitFor(() => expect(heard).toHaveBeenCalledWith({ ...file("a"), mtime: 5, cause: "user" }));
  stop();
  pair.say({ event: "saved", project_id: PROJECT, path: "b", mtime: 6, cause: "user" });
  await frame.status();
  expect(heard).toHaveBeenCalledTimes(1);
});

test("the status is told in camel case", async () => {
  const { pair, frame } = ready();
  const connection = { quality: "good", status: "connected", status_time: 7, ping: 3 };
  pair.status = { status: "done", connection, open_files: { [PROJECT]: ["a"] }, ready: true, dirty: {}, protocol: 1 };
  expect(await frame.status()).toMatchObject({
    connection: { quality: "good", status: "connected", statusTime: 7, ping: 3 },
    openFiles: { [PROJECT]: ["a"] },
    ready: true,
  });
});

test("an export gives the bytes, and says so when they are too many for a message", async () => {
  const { pair, frame } = ready();
  const small = frame.export("ipynb", file("a"));
  pair.reply(await pair.nth(0), { status: "done", filename: "a.ipynb", mime: "m", data: new ArrayBuffer(3) });
  expect((await small).data.byteLength).toBe(3);
  const large = frame.export();
  pair.reply(await pair.nth(1), { status: "done", filename: "a", mime: "m", url: "https://x" });
  await expect(large).rejects.toMatchObject({ code: "too_big", reply: { url: "https://x" } });
});

test("a snapshot is told as the event of one that was submitted is", async () => {
  const { pair, frame } = ready();
  const told = { project_id: PROJECT, path: "a", snapshot_id: "s1", sha256: "5a" };
  const expected = { ...file("a"), snapshotId: "s1", sha256: "5a" };
  const taken = frame.snapshot(file("a"));
  const request = await pair.nth(0);
  expect(request).toMatchObject({ action: "snapshot", project_id: PROJECT, path: "a" });
  pair.reply(request, { status: "done", action: "snapshot", ...told });
  expect(await taken).toEqual(expected);
  const heard = vi.fn();
  frame.on("submit", heard);
  pair.say({ event: "submit", ...told });
  await vi.waitFor(() => expect(heard.mock.calls).toEqual([[expected]]));
});

test("a frame that is loaded again answers nothing that was asked before", async () => {
  const { pair, frame } = ready();
  const before = frame.open(file("a"));
  await pair.nth(0);
  pair.iframe.dispatchEvent(new Event("load"));
  await expect(before).rejects.toMatchObject({ code: "cancelled" });
  const after = frame.open(file("b"));
  expect(pair.asked).toHaveLength(1);
  pair.beReady();
  pair.reply(await pair.nth(1), { status: "done", ...opening("b") });
  expect(await after).toEqual(file("b"));
});

test("destroying rejects what is pending and stops listening", async () => {
  const { pair, frame } = connected();
  const heard = vi.fn();
  frame.on("blocked", heard);
  const open = frame.open(file("a"));
  frame.destroy();
  await expect(open).rejects.toMatchObject({ code: "cancelled" });
  await expect(frame.ready).rejects.toMatchObject({ code: "cancelled" });
  pair.say({ event: "blocked", path: "a" });
  await new Promise((resolve) => setTimeout(resolve));
  expect(heard).not.toHaveBeenCalled();
});

describe("a server that knows only the published contract", () => {
  function plain() {
    const both = connected();
    both.pair.echoes = false;
    both.pair.status = { status: "done", connection: { status: "connected" }, open_files: {} };
    return both;
  }

  test("is ready when its status says that it is connected", async () => {
    const { frame } = plain();
    await frame.ready;
    expect(["open", "closeall", "status", "save"].map((action) => frame.supports(action))).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  test("answers interleaved openings, matched by file and then by age", async () => {
    const { pair, frame } = plain();
    const [a, b, again] = [frame.open(file("a")), frame.open(file("b")), frame.open(file("b"))];
    const ends: string[] = [];
    for (const [name, open] of Object.entries({ a, b, again }))
      open.then(
        () => ends.push(name),
        () => ends.push(`${name} failed`),
      );
    await pair.nth(2);
    for (const path of ["a", "b", "b"]) pair.say({ status: "ack", ...opening(path) });
    await Promise.all([a.acked, b.acked, again.acked]);
    pair.say({ status: "done", ...opening("b") });
    pair.say({ status: "error", mesg: `problem opening project ${PROJECT}`, ...opening("b") });
    pair.say({ status: "done", ...opening("a") });
    await a;
    expect(ends).toEqual(["b", "again failed", "a"]);
  });

  test("names no action where its text tells enough", async () => {
    const { pair, frame } = plain();
    const [open, save, close] = [frame.open(file("a")), frame.save(), frame.closeAll()];
    await pair.nth(2);
    pair.say({ status: "done", mesg: "all files are closed" });
    await close;
    pair.say({ status: "error", mesg: "Unknown action 'save'" });
    await expect(save).rejects.toMatchObject({ code: "unknown_action" });
    pair.say({ status: "error", mesg: "invalid path, it must be a string" });
    await expect(open).rejects.toMatchObject({ code: "internal" });
  });
});
