// @vitest-environment jsdom
import { signal } from "@preact/signals";
import { render } from "preact";
import { act } from "preact/test-utils";
import { beforeAll, expect, test, vi } from "vitest";
import type { OutputContext } from "./context.ts";
import { JsonTree } from "./data.tsx";
import { type OutputModel, outputOf } from "./model.ts";
import { Outputs, type OutputsProps, plainOf } from "./outputs.tsx";

function context(): OutputContext {
  const document = { path: "a.ipynb", sendComm: () => {}, onComm: () => () => {}, call: () => Promise.resolve(null) };
  return {
    theme: signal("light" as const),
    natural: signal(false),
    frameUrl: "about:blank",
    reportBlocked: () => {},
    fetchFile: () => Promise.reject(new Error("none")),
    download: vi.fn(),
    document,
  };
}

function shown(outputs: readonly unknown[], props: Partial<OutputsProps> = {}): HTMLElement {
  const element = document.createElement("div");
  const models = outputs.map(outputOf).filter((model): model is OutputModel => model !== null);
  const given = { collapsed: false, scrolled: false, cellId: "c", context: context(), ...props };
  void act(() => render(<Outputs outputs={models} {...given} />, element));
  return element;
}

const stream = (text: string) => ({ output_type: "stream", name: "stdout", text });
const display = (data: object, metadata: object = {}) => ({ output_type: "display_data", data, metadata });
const button = (element: HTMLElement, label: string) =>
  [...element.querySelectorAll("button")].find((candidate) => candidate.textContent?.includes(label));

test("text is shown as text, with its colours", () => {
  const element = shown([stream("\x1b[31m<b>red</b>\x1b[0m plain\n")]);
  expect(element.querySelector(".output-stdout")?.textContent).toBe("<b>red</b> plain\n");
  expect(element.querySelector(".ansi-fg-1")?.textContent).toBe("<b>red</b>");
});

test("a cut text says how much is missing", () => {
  const element = shown([stream("a\n[output truncated: 12 more bytes]\n")]);
  expect(element.querySelector(".output-stdout")?.textContent).toBe("a");
  expect(element.querySelector(".output-truncated")?.textContent).toBe("output truncated: 12 more bytes");
});

test("an image has its text, its size and a ground, and can be had as a file", () => {
  const page = context();
  const image = display(
    { "image/png": "QUJD\n", "text/plain": "<Figure size 10x20>" },
    { "image/png": { width: 10, needs_background: "dark" } },
  );
  const element = shown([image], { context: page });
  const shownImage = element.querySelector("img");
  expect([shownImage?.alt, shownImage?.getAttribute("width")]).toEqual(["Figure size 10x20", "10"]);
  expect(element.querySelector(".ground-dark")).not.toBeNull();
  void act(() => button(element, "Download")?.click());
  expect(page.download).toHaveBeenCalledWith({
    filename: "output.png",
    mime: "image/png",
    data: new Uint8Array([65, 66, 67]),
  });
});

test("a long traceback folds, a short one does not", () => {
  const error = (lines: number) => ({
    output_type: "error",
    ename: "E",
    evalue: "v",
    traceback: Array(lines).fill("x"),
  });
  expect(shown([error(100)]).querySelector("summary")?.textContent).toBe("E: v");
  expect(shown([error(3)]).querySelector("summary")).toBeNull();
  expect(shown([error(0)]).textContent).toContain("E: v");
});

test("collapsed outputs are a button that shows them", () => {
  const element = shown([stream("a"), stream("b")], { collapsed: true });
  expect(element.textContent).toBe("2 outputs hidden · show");
  void act(() => element.querySelector("button")?.click());
  expect(element.querySelector(".output-stdout")?.textContent).toBe("a");
});

test("long outputs scroll until somebody decides otherwise, who is told of", () => {
  const onScroll = vi.fn();
  const long = [stream("x\n".repeat(200))];
  expect(shown(long).querySelector(".outputs-scrolled")?.getAttribute("tabindex")).toBe("0");
  expect(
    shown(long, { context: { ...context(), natural: signal(true) } }).querySelector(".outputs-scrolled"),
  ).toBeNull();
  const element = shown([stream("x")], { onScroll });
  void act(() => button(element, "Scroll")?.click());
  expect(onScroll).toHaveBeenCalledWith(true);
});

test("what cannot be shown says so", () => {
  expect(shown([display({ "application/x-other": 1 })]).textContent).toContain(
    "This page cannot show application/x-other.",
  );
});

beforeAll(() => JsonTree.fetch());

test("names in JSON stand in an order that does not depend on how it was shared", () => {
  const element = shown([display({ "application/json": { b: 1, a10: 2, a9: [3, 1] } })]);
  expect([...element.querySelectorAll(".json-name")].map((name) => name.textContent)).toEqual(["a9:", "a10:", "b:"]);
});

test("a traceback that may scroll can be reached by keyboard", () => {
  const element = shown([{ output_type: "error", ename: "E", evalue: "e", traceback: ["a", "b"] }]);
  expect(element.querySelector<HTMLElement>(".output-error")?.tabIndex).toBe(0);
});

test("JSON unfolds, and long lists come in pieces", () => {
  const element = shown([display({ "application/json": { a: { b: 1 }, list: Array(300).fill(0) } })]);
  expect([...element.querySelectorAll(".json-name")].map((name) => name.textContent)).toEqual(["a:", "list:"]);
});

test.each([
  [{}, ["a:", "c:"]],
  [{ "application/json": { expanded: false } }, []],
  [{ "application/json": { expanded: true } }, ["a:", "b:", "0:", "c:"]],
])("JSON with the metadata %j is expanded as they say", (metadata, names) => {
  const element = shown([display({ "application/json": { a: { b: [1] }, c: {} } }, metadata)]);
  expect([...element.querySelectorAll(".json-name")].map((name) => name.textContent)).toEqual(names);
});

test("JSON that shall be expanded is so only as far as pages can bear", () => {
  const nested = (depth: number, value: unknown = []): unknown => (depth ? nested(depth - 1, [value]) : value);
  const wide = Array(90).fill(Array(90).fill([0]));
  for (const [value, open] of [
    [nested(5000), 20],
    [wide, 1],
  ] as const) {
    const element = shown([display({ "application/json": value }, { "application/json": { expanded: true } })]);
    expect(element.querySelectorAll("details[open]")).toHaveLength(open);
  }
});

test("outputs are copied as plain text", () => {
  const [first, second] = [stream("\x1b[1mbold\x1b[0m"), display({ "text/plain": ["a", "b"] })].map(outputOf);
  expect([first && plainOf(first), second && plainOf(second)]).toEqual(["bold", "ab"]);
});
