import { beforeEach, describe, expect, test, vi } from "vitest";
import { parseConfig } from "../wire/config.ts";
import { type Ancestry, Inbox } from "./inbox.ts";
import { ACTIONS } from "./protocol.ts";

const ORIGIN = "https://course.example.org";
const CONFIG = parseConfig(
  JSON.stringify({ parents: [{ host: "course.example.org", port: 443, subdomains: false }], base: "" }),
);

class TestWindow {
  parent: TestWindow = this;
  readonly posted: { message: unknown; targetOrigin: string }[] = [];

  postMessage(message: unknown, { targetOrigin }: { targetOrigin: string }): void {
    this.posted.push({ message, targetOrigin });
  }
}

const top = new TestWindow();
const parent = new TestWindow();
const self = new TestWindow();
const child = new TestWindow();
parent.parent = top;
self.parent = parent;
child.parent = self;
const all = [top, parent, self, child];

let inbox: Inbox;

function receive(data: unknown, source: TestWindow | null = parent, origin = ORIGIN) {
  const event = { data, source, origin } as unknown as MessageEvent<unknown>;
  return inbox.receive(event);
}

const posted = () => all.flatMap((window) => window.posted);

beforeEach(() => {
  for (const window of all) window.posted.length = 0;
  inbox = new Inbox(self as unknown as Ancestry, CONFIG);
});

describe("what is dropped without a word", () => {
  const request = { action: "status" };

  test.each([
    ["our own window", self],
    ["a child", child],
    ["a stranger, a sibling or a popup", new TestWindow()],
    ["no window", null],
  ])("from %s", (_, source) => {
    expect(receive(request, source)).toBeNull();
    expect(posted()).toEqual([]);
    expect(inbox.peer).toBeNull();
  });

  test.each(["https://evil.example.org", "http://course.example.org", "null", "", `${ORIGIN}.`])(
    "from the origin '%s'",
    (origin) => {
      expect(receive("rubbish", parent, origin)).toBeNull();
      expect(posted()).toEqual([]);
      expect(inbox.peer).toBeNull();
    },
  );

  test.each([[{ status: "done" }], [{ event: "ready" }], [{ status: "error", mesg: "Unknown action 'undefined'" }]])(
    "replies and events: %j",
    (data) => {
      expect(receive(data)).toBeNull();
      expect(posted()).toEqual([]);
    },
  );

  test("what comes too often, with one warning", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const taken = Array.from({ length: 60 }, () => receive(request)).filter((one) => one !== null);
    expect(taken).toHaveLength(50);
    expect(warn).toHaveBeenCalledTimes(1);
  });
});

test("every ancestor may ask, and gets replies itself", () => {
  expect(receive({ action: "status" }, top)?.peer.window).toBe(top);
  expect(inbox.peer).toEqual({ window: top, origin: ORIGIN });
});

test.each([
  [null, 'There is no payload "data"', "bad_message"],
  [undefined, 'There is no payload "data"', "bad_message"],
  ["status", 'The payload "data" must be an object', "bad_message"],
  [7, 'The payload "data" must be an object', "bad_message"],
  [true, 'The payload "data" must be an object', "bad_message"],
  [["status"], "Unknown action 'undefined'", "unknown_action"],
  [{}, "Unknown action 'undefined'", "unknown_action"],
  [{ action: "shutdown" }, "Unknown action 'shutdown'", "unknown_action"],
  [{ action: null }, "Unknown action 'null'", "unknown_action"],
  [{ action: ["open"] }, "Unknown action 'open'", "unknown_action"],
  [{ action: { toString: null, valueOf: null } }, "Unknown action 'object'", "unknown_action"],
])("%j is answered with an error", (data, mesg, code) => {
  expect(receive(data)).toBeNull();
  expect(parent.posted).toEqual([{ message: { status: "error", mesg, code }, targetOrigin: ORIGIN }]);
});

test.each([["7"], [7], ["x".repeat(64)]])("the id %j is echoed", (id) => {
  receive({ action: "nonsense", id });
  expect(parent.posted[0]?.message).toMatchObject({ id });
});

test.each([[{}], ["x".repeat(65)], [Number.NaN], [true]])("the id %j is not echoed", (id) => {
  receive({ action: "nonsense", id });
  expect(parent.posted[0]?.message).not.toHaveProperty("id");
});

test.each(ACTIONS)("%s is a request", (action) => {
  const fields = { action, status: "looks like a reply" };
  expect(receive(fields)).toEqual({ action, fields, peer: { window: parent, origin: ORIGIN } });
});

test("a session for certain origins listens to no others", () => {
  receive({ action: "status" });
  let origins: readonly string[] | null = [ORIGIN];
  inbox.restrict(() => origins);
  expect(receive({ action: "status" })).not.toBeNull();
  origins = ["https://another.example.org"];
  expect(receive({ action: "status" })).toBeNull();
  expect(inbox.admits(ORIGIN)).toBe(false);
});
