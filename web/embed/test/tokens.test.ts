// @vitest-environment jsdom
/** How the page's tokens reach the frame, and what happens if they do not. */

import { beforeEach, expect, test, vi } from "vitest";
import { connect } from "../src/index.ts";
import { ending, Pair, SERVER } from "./pair.ts";

beforeEach(() => document.body.replaceChildren());

const required = (reason: string) => ({ event: "auth-required", reason });

test("a frame that needs a token gets one, once, and then becomes ready", async () => {
  const pair = new Pair();
  const getToken = vi.fn(async () => "t".repeat(24));
  const frame = ending(connect(pair.iframe, SERVER, { getToken }));
  pair.say(required("missing"));
  pair.say(required("missing"));
  const request = await pair.nth(0);
  expect(request).toMatchObject({ action: "auth", auth_token: "t".repeat(24) });
  pair.reply(request, { status: "done", action: "auth" });
  pair.beReady();
  await frame.ready;
  expect(getToken.mock.calls).toEqual([["missing"]]);
});

test("a page that listens late learns from the status that a token is missing", async () => {
  const pair = new Pair();
  pair.status = { ...pair.status, protocol: 1, ready: false, auth: "required" };
  ending(connect(pair.iframe, SERVER, { getToken: async () => "late" }));
  expect(await pair.nth(0)).toMatchObject({ action: "auth", auth_token: "late" });
});

test("a refused token is replaced by another one", async () => {
  const pair = new Pair();
  const getToken = vi.fn(async (why: string) => why);
  ending(connect(pair.iframe, SERVER, { getToken }));
  pair.say(required("expired"));
  pair.reply(await pair.nth(0), { status: "error", action: "auth", code: "auth", mesg: "unknown or expired token" });
  expect(await pair.nth(1)).toMatchObject({ auth_token: "invalid" });
});

test("after several attempts it is over: ready and what is pending are rejected", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const pair = new Pair();
    const getToken = vi.fn(() => Promise.reject(new Error("no network")));
    const frame = ending(connect(pair.iframe, SERVER, { getToken }));
    const open = expect(frame.closeAll()).rejects.toMatchObject({ code: "auth" });
    const ready = expect(frame.ready).rejects.toMatchObject({ code: "auth" });
    pair.say(required("missing"));
    await vi.advanceTimersByTimeAsync(20_000);
    await Promise.all([open, ready]);
    expect(getToken).toHaveBeenCalledTimes(5);
  } finally {
    vi.useRealTimers();
  }
});

test("a page without tokens hears at once that one is needed", async () => {
  const pair = new Pair();
  const frame = ending(connect(pair.iframe, SERVER));
  pair.say(required("invalid"));
  await expect(frame.ready).rejects.toMatchObject({ code: "auth" });
});
