import { signal } from "@preact/signals";
import { expect, onTestFinished, test, vi } from "vitest";
import type { IncomingMessage, OutgoingMessage } from "../wire/frames.ts";
import { OUTPUT } from "../wire/terminal.ts";
import type { DocumentStatus, LiveDocument } from "./document.ts";
import { SharedDocument } from "./shared-document.ts";
import { LiveTerminal } from "./terminal.ts";

/** A page with a terminal; its screen works off what it is given when it is told to. */
function openTerminal() {
  const status = signal<DocumentStatus>("live");
  const sent: (readonly number[])[] = [];
  const queue: { readonly text: string; readonly done: () => void }[] = [];
  const document = {
    status,
    onMessage: null as ((message: IncomingMessage) => void) | null,
    sendMessage: (message: OutgoingMessage) => {
      if (message.kind === "other") sent.push([message.code, ...message.payload]);
    },
  };
  const screen = {
    write: (bytes: Uint8Array, done: () => void) => queue.push({ text: new TextDecoder().decode(bytes), done }),
  };
  const live = new LiveTerminal(document as unknown as LiveDocument, screen);
  onTestFinished(() => live.dispose());
  const hear = (message: IncomingMessage) => document.onMessage?.(message);
  return {
    live,
    sent,
    status,
    output: (text: string) => hear({ kind: "other", code: OUTPUT, payload: new TextEncoder().encode(text) }),
    event: (value: object) => hear({ kind: "event", value }),
    /** What is shown next, and whether it may be answered while it is; of several steps the last. */
    work: (steps = 1) => {
      let shown: unknown;
      for (const { text, done } of queue.splice(0, steps)) {
        shown = [text, live.answers];
        done();
      }
      return shown;
    },
  };
}

test("a terminal says nothing by itself, however long it is open", () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const send = vi.fn();
  const opened = { t: "opened", ch: 1, generation: "g", readonly: false, path: "a.term", may: ["edit"] } as const;
  const document = new SharedDocument({ send, isCongested: () => false }, "p", { ...opened, kind: "terminal" });
  onTestFinished(() => document.dispose());
  document.attach({ ...opened, kind: "terminal" });
  expect(document.status.value).toBe("live");
  document.awareness.setLocalState({}); // as it does by itself every 15 seconds
  vi.advanceTimersByTime(1000);
  expect(send).not.toHaveBeenCalled();
});

const SIZE = { event: "size", columns: 80, rows: 24, answers: true };

test("what was shown before is not answered again, and what comes after it is", () => {
  const { event, output, work } = openTerminal();
  event(SIZE);
  event({ event: "history", bytes: 5 });
  output("old");
  output("eridol");
  expect([work(), work(), work(), work()]).toEqual([
    ["\x1bc", false],
    ["old", false],
    ["er", false],
    ["idol", true],
  ]);
});

test("what comes at once is shown in steps, and is history to its end", () => {
  const { live, event, output, work } = openTerminal();
  event(SIZE);
  event({ event: "history", bytes: 20_000 });
  output("x".repeat(20_000));
  work();
  for (const length of [8192, 8192, 3616]) expect(work()).toEqual(["x".repeat(length), false]);
  expect(live.answers).toBe(true);
});

test("only the page that the agent has chosen answers", () => {
  const { event, output, work } = openTerminal();
  event({ ...SIZE, answers: false });
  event({ event: "history", bytes: 0 });
  output("a");
  work();
  expect(work()).toEqual(["a", false]);
  event(SIZE);
  output("b");
  expect(work()).toEqual(["b", true]);
});

test("the agent hears what fits whenever there is a channel, and how much has been worked through on it", () => {
  const { live, sent, status, event, output, work } = openTerminal();
  live.fit({ columns: 200, rows: 24 });
  live.fit({ columns: 200, rows: 24 });
  expect(sent).toEqual([[34, 200, 1, 24]]);
  event({ event: "history", bytes: 0 });
  output("x".repeat(32_768));
  output("late");
  work(5 - 1);
  expect(sent).toHaveLength(1);
  work();
  expect(sent.at(-1)).toEqual([35, 128, 128, 2]);
  output("z".repeat(40_000));
  status.value = "offline";
  work(1 + 5);
  live.type(new Uint8Array(1));
  expect(sent).toHaveLength(2);
  expect(live.isRefused.value).toBe(true);
  output("z".repeat(40_000));
  status.value = "live";
  expect(sent.at(-1)).toEqual([34, 200, 1, 24]);
  work(5);
  expect(sent).toHaveLength(3);
  output("y".repeat(32_768));
  work(4);
  expect(sent.at(-1)).toEqual([35, 128, 128, 2]);
  live.fit(null);
  expect(sent.at(-1)).toEqual([34, 0, 0]);
  expect(live.isRefused.value).toBe(true);
  live.type(new Uint8Array(1));
  expect(live.isRefused.value).toBe(false);
});

test("what is pasted is sent in pieces that any server takes", () => {
  const { live, sent } = openTerminal();
  live.type(new Uint8Array(100_000));
  expect(sent.map((message) => message.length - 1)).toEqual([32_768, 32_768, 32_768, 1696]);
  expect(sent.every(([code]) => code === 33)).toBe(true);
});
