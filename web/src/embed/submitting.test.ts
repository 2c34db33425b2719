// @vitest-environment jsdom
/** The bar in which a file is handed in: what it says, when it can be pressed, and what is told of it. */
import { expect, onTestFinished, test, vi } from "vitest";
import { language } from "../state/language.ts";
import { languageLoaded } from "../state/say.ts";
import { PROJECT, refusal, type TestFile, type TestHub } from "../testing/hub.ts";
import { openConnectedPage, openHub, settle } from "../testing/page.ts";
import { showSubmit } from "./submitting.tsx";

interface Bar {
  readonly hub: TestHub;
  readonly tell: ReturnType<typeof vi.fn>;
  readonly root: HTMLElement;
  readonly edit: () => void;
  readonly press: () => Promise<void>;
  /** What it says, what is on its button, and whether that can be pressed. */
  readonly shown: () => readonly unknown[];
}

async function openBar(change: (file: TestFile) => void = () => undefined): Promise<Bar> {
  const hub = openHub();
  change(hub.add("a.txt", "one"));
  const page = await openConnectedPage(hub);
  vi.setSystemTime(new Date(2026, 2, 1, 14, 5));
  const root = document.createElement("div");
  const tell = vi.fn();
  showSubmit(page, root, tell);
  const file = page.files.enter({ projectId: PROJECT, path: "a.txt", create: false, target: {} }, "front");
  await settle();
  const button = () => root.querySelector("button");
  return {
    hub,
    tell,
    root,
    edit: () => file.document.value?.ydoc.getText("source").insert(0, "!"),
    press: async () => {
      button()?.click();
      await settle();
    },
    shown: () => [
      root.querySelector("[role=status]")?.textContent?.replace("\u202f", " "),
      button()?.textContent,
      button()?.getAttribute("aria-disabled") === "false",
    ],
  };
}

test("what is submitted is told, and can be submitted again when it has changed", async () => {
  const { hub, tell, edit, press, shown } = await openBar();
  expect(shown()).toEqual(["", "Submit", true]);
  await press();
  expect(shown()).toEqual(["Submitted at 2:05 PM", "Submit again", false]);
  const snapshot = { project_id: PROJECT, path: "a.txt", snapshot_id: "s1", sha256: "5a" };
  expect(tell.mock.calls).toEqual([[snapshot]]);
  expect(hub.requests.at(-1)?.body).toEqual({ project_id: PROJECT, path: "a.txt", submit: true });
  await press();
  expect(tell).toHaveBeenCalledOnce();
  edit();
  await settle();
  expect(shown()).toEqual(["Submitted at 2:05 PM, and changed since then", "Submit again", true]);
  await press();
  expect(tell).toHaveBeenCalledTimes(2);
});

test("who cannot submit is told why, and may try again", async () => {
  const { hub, tell, press, shown } = await openBar();
  hub.snapshot = () => refusal(400, "no room");
  await press();
  expect(shown()).toEqual(["Not submitted: no room", "Submit", true]);
  hub.isReachable = false;
  await press();
  expect(shown()[0]).toBe("Not submitted: the server cannot be reached");
  expect(tell).not.toHaveBeenCalled();
});

test("it speaks the reader's language", async () => {
  const { press, shown } = await openBar();
  language.value = "de";
  await languageLoaded();
  onTestFinished(async () => {
    language.value = "en";
    await languageLoaded();
  });
  await press();
  expect(shown()).toEqual(["Abgegeben um 14:05", "Erneut abgeben", false]);
});

test.each([
  ["a terminal", (file: TestFile) => Object.assign(file, { kind: "terminal" })],
  ["what may only be read", (file: TestFile) => Object.assign(file, { readonly: true })],
])("%s cannot be submitted", async (_name, change) => {
  const { root } = await openBar(change);
  expect(root.querySelector("section")).toBeNull();
});
