import { expect, test } from "vitest";
import type { CommMessage } from "../state/document.ts";
import { CommLog } from "./comm-log.ts";

function logged(...messages: CommMessage[]): readonly (readonly [string, unknown])[] {
  let tell: (message: CommMessage) => void = () => {};
  const channel = {
    onComm: (listener: typeof tell) => {
      tell = listener;
      return () => {};
    },
    sendComm: () => {},
    call: () => Promise.resolve(null),
  };
  const log = CommLog.of(channel);
  expect(CommLog.of(channel)).toBe(log);
  for (const message of messages) tell(message);
  return log.messages().map(({ msgType, content }) => [msgType, content.data] as const);
}

const open = (id: string, target = "jupyter.widget"): CommMessage =>
  message("comm_open", id, { target_name: target, data: id });
const update = (id: string, state: Record<string, number>, method = "update") =>
  message("comm_msg", id, { data: { method, state } });

function message(msgType: string, id: string, content: CommMessage["content"]): CommMessage {
  return { msgType, content: { comm_id: id, ...content }, metadata: {}, buffers: [] };
}

test("widgets are made anew with their last states, in the order in which they were opened", () => {
  expect(
    logged(open("a"), open("b"), update("a", { x: 1 }), update("a", { y: 1 }), update("a", { x: 2 }, "echo_update")),
  ).toEqual([
    ["comm_open", "a"],
    ["comm_msg", { method: "update", state: { y: 1 } }],
    ["comm_msg", { method: "update", state: { x: 2 } }],
    ["comm_open", "b"],
  ]);
});

test("closed comms, others than widgets and messages of the moment are not kept", () => {
  const custom = message("comm_msg", "a", { data: { method: "custom", content: {} } });
  expect(
    logged(
      open("a"),
      custom,
      open("b"),
      message("comm_close", "b", { data: {} }),
      open("c", "other"),
      update("d", { x: 1 }),
    ),
  ).toEqual([["comm_open", "a"]]);
});
