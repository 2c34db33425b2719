// @vitest-environment jsdom
/** The iframe: its address, its attributes, when it is loaded and how it grows. */

import { beforeEach, expect, test, vi } from "vitest";
import { connect, type EmbedOptions, embed } from "../src/index.ts";
import { ending, Pair, PROJECT, SERVER } from "./pair.ts";

beforeEach(() => {
  document.body.innerHTML = '<div id="here"></div>';
});

function embedded(options: Partial<EmbedOptions> = {}): HTMLIFrameElement {
  return ending(embed({ server: SERVER, target: "#here", ...options })).iframe;
}

const query = "fullscreen=kiosk&session=&embed_origin=http%3A%2F%2Flocalhost%3A3000";

test("without a file the frame shows the application and waits", () => {
  expect(embedded().src).toBe(`${SERVER}/app?${query}`);
});

test("a file, its odd name, a base path and options are in the address; the token is in the fragment", () => {
  const options: Partial<EmbedOptions> = {
    projectId: PROJECT,
    path: "a b/50% #1?.ipynb",
    theme: "dark",
    readonly: true,
    submit: true,
  };
  const { src } = embedded({ ...options, server: `${SERVER}/carrel/`, autoHeight: true, token: "secret" });
  const path = `${SERVER}/carrel/projects/${PROJECT}/files/a%20b/50%25%20%231%3F.ipynb`;
  expect(src).toBe(`${path}?${query}&theme=dark&readonly=1&submit=1&resize=1#auth_token=secret`);
});

test("for servers that know only that, the token is in the query", () => {
  expect(embedded({ token: "secret", tokenInQuery: true }).src).toBe(`${SERVER}/app?${query}&auth_token=secret`);
});

test("the iframe may do what a notebook needs, unless the page says otherwise", () => {
  const iframe = embedded();
  expect(iframe.getAttribute("sandbox")).toContain("allow-same-origin");
  expect(iframe.title).toBe("Notebook");
  expect(embedded({ sandbox: null }).hasAttribute("sandbox")).toBe(false);
});

test("with click it is loaded when the reader asks for it", () => {
  const iframe = embedded({ loading: "click", title: "Lesson 1" });
  const button = document.querySelector("button");
  expect([button?.textContent, iframe.isConnected]).toEqual(["Load Lesson 1", false]);
  button?.click();
  expect([document.querySelector("button"), iframe.isConnected]).toEqual([null, true]);
});

test("destroying takes the iframe away, also one that is not loaded yet", () => {
  for (const loading of ["eager", "click"] as const) {
    embed({ server: SERVER, target: "#here", loading }).destroy();
    expect(document.querySelector("#here")?.childElementCount).toBe(0);
  }
});

test("a target that is not there is named", () => {
  expect(() => embed({ server: SERVER, target: "#nowhere" })).toThrow("#nowhere");
});

test("with autoHeight the iframe grows with its content, within bounds", async () => {
  const pair = new Pair();
  ending(connect(pair.iframe, SERVER, { autoHeight: { min: 100, max: 500 } }));
  for (const [height, shown] of [
    [300, "300px"],
    [7, "100px"],
    [9000, "500px"],
  ] as const) {
    pair.say({ event: "resize", project_id: PROJECT, path: "a", height, width: 300 });
    await vi.waitFor(() => expect(pair.iframe.style.height).toBe(shown));
  }
});
