import { expect, test } from "vitest";
import { decodeMessage, encodeMessage, type OutgoingMessage, PART_BYTES } from "./frames.ts";

const text = (value: string): number[] => [...new TextEncoder().encode(value)];
const whole = (channel: number, message: OutgoingMessage) => encodeMessage(channel, message)[0] ?? Uint8Array.of();
const decode = (...bytes: number[]) => decodeMessage(Uint8Array.from(bytes));

test("messages are written as the contract says", () => {
  const vector = Uint8Array.of(1, 2);
  expect([...whole(300, { kind: "sync1", vector })]).toEqual([0xac, 2, 0, 1, 2]);
  expect([...whole(1, { kind: "sync2", seq: 1, update: vector })]).toEqual([1, 1, 1, 1, 2]);
  expect([...whole(1, { kind: "update", seq: 200, update: vector })]).toEqual([1, 2, 200, 1, 1, 2]);
  expect([...whole(1, { kind: "awareness", update: vector })]).toEqual([1, 3, 1, 2]);
  expect([...whole(1, { kind: "rescue", seq: 2, generation: "g", state: vector })]).toEqual([1, 5, 2, 1, 103, 1, 2]);
  const call = whole(1, { kind: "call", id: 3, method: "run", params: { what: "all" } });
  expect([...call]).toEqual([1, 16, ...text('{"id":3,"method":"run","params":{"what":"all"}}')]);
});

test("comm messages keep their buffers", () => {
  const message = {
    msgType: "comm_msg",
    content: { comm_id: "c" },
    metadata: {},
    buffers: [Uint8Array.of(1, 2), new Uint8Array()],
  };
  const decoded = decodeMessage(whole(5, { kind: "comm", message }));
  expect(decoded).toEqual({ channel: 5, message: { kind: "comm", message } });
});

test("messages are read as the contract says", () => {
  expect(decode(1, 0, 9)).toEqual({ channel: 1, message: { kind: "sync1", vector: Uint8Array.of(9) } });
  expect(decode(1, 1, 0, 9)).toEqual({ channel: 1, message: { kind: "sync2", update: Uint8Array.of(9) } });
  expect(decode(1, 2, 0, 9)).toEqual({ channel: 1, message: { kind: "update", update: Uint8Array.of(9) } });
  expect(decode(1, 4, 200, 1)).toEqual({ channel: 1, message: { kind: "ack", seq: 200 } });
  expect(decode(1, 17, ...text('{"id":1,"error":{"code":"busy","message":"later"}}')).message).toEqual({
    kind: "reply",
    reply: { id: 1, error: { code: "busy", message: "later" } },
  });
});

test.each([
  ["no kind", [1]],
  ["a reply that is no JSON", [1, 17, 123]],
  ["a reply without an id", [1, 17, ...text("{}")]],
  ["a comm message without a header", [1, 19, 200, 1]],
])("%s is no message", (_, bytes) => {
  expect(decode(...bytes)).toEqual({ channel: 1, message: null });
});

test("a large message is sent in parts that are together its payload", () => {
  const update = new Uint8Array(2 * PART_BYTES + 10).map((_, index) => index % 251);
  const frames = encodeMessage(7, { kind: "update", seq: 3, update });
  expect(frames.map((frame) => [frame[0], frame[1], frame.length - 2])).toEqual([
    [7, 6, PART_BYTES],
    [7, 6, PART_BYTES],
    [7, 2, 11],
  ]);
  expect(frames.flatMap((frame) => [...frame.subarray(2)])).toEqual([3, ...update]);
});
