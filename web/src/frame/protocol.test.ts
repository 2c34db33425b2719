import { expect, test } from "vitest";
import { parseReport } from "./protocol.ts";

const comm = (message: object) => ({ type: "comm", message: { metadata: {}, buffers: [], ...message } });

test("reports of a frame are taken as what they are", () => {
  expect(parseReport({ type: "height", height: 120 })).toEqual({ type: "height", height: 120 });
  expect(parseReport({ type: "height", height: 1e12 })).toEqual({ type: "height", height: 20_000 });
  expect(parseReport({ type: "link", href: "x" })).toEqual({ type: "link", href: "x" });
  expect(parseReport(comm({ msgType: "comm_msg", content: { comm_id: "c", data: { a: 1 } } }))).toEqual({
    type: "comm",
    message: { msgType: "comm_msg", content: { comm_id: "c", data: { a: 1 } }, metadata: {}, buffers: [] },
  });
});

test.each([
  null,
  "height",
  [],
  { type: "height", height: Number.NaN },
  { type: "height", height: "1" },
  { type: "link", href: "x".repeat(20_000) },
  { type: "execute", code: "1" },
  comm({ msgType: "execute_request", content: { comm_id: "c" } }),
  comm({ msgType: "comm_msg", content: {} }),
  comm({ msgType: "comm_open", content: { comm_id: "c", target_name: "shell" } }),
  comm({ msgType: "comm_msg", content: { comm_id: "c" }, buffers: ["x"] }),
])("%o is no report", (value) => {
  expect(parseReport(value)).toBeNull();
});
