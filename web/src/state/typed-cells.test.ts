import { expect, test } from "vitest";
import { PROJECT, type TestFile, type TestHub } from "../testing/hub.ts";
import { cellOf, IDLE, notebookOf, texts } from "../testing/notebooks.ts";
import { openConnectedPage, openHub, pass, settle } from "../testing/page.ts";
import { cellSource, Notebook } from "./notebook.ts";
import { deleteCells, moveCells } from "./notebook-edits.ts";
import type { SharedDocument } from "./shared-document.ts";
import { keepTyped } from "./typed-cells.ts";

const LONG_MS = 60_000;

interface Opened {
  readonly hub: TestHub;
  readonly remote: TestFile;
  readonly document: SharedDocument;
  readonly theirs: Notebook;
  type(): Promise<void>;
}

/** A notebook of two cells; `type` adds "!" to the first, which is made anew where the other moves before it. */
async function openNotebook(): Promise<Opened> {
  const hub = openHub();
  const remote = hub.add("n.ipynb");
  const theirs = notebookOf("a", "b");
  Object.assign(remote, { kind: "notebook", ydoc: theirs.ydoc });
  const page = await openConnectedPage(hub);
  const file = page.files.enter({ projectId: PROJECT, path: "n.ipynb", create: false, target: {} }, "front");
  await settle();
  const document = file.document.value;
  if (document === null) throw new Error("the file is not open");
  keepTyped(document);
  const type = async (): Promise<void> => {
    cellSource(cellOf(new Notebook(document.ydoc), "a")).insert(1, "!");
    await settle();
  };
  return { hub, remote, document, theirs, type };
}

async function whileCut(hub: TestHub, work: () => Promise<void>): Promise<void> {
  hub.isReachable = false;
  hub.last.socket.end(1006);
  await settle();
  await work();
  hub.isReachable = true;
  await pass(LONG_MS);
}

const given = (remote: TestFile): string[][] =>
  remote.rescued.map(({ generation, ydoc }) => [generation, ...texts(new Notebook(ydoc))]);

test.each([
  ["moved", (theirs: Notebook) => moveCells(theirs, ["b"], 0, IDLE)],
  ["deleted", (theirs: Notebook) => deleteCells(theirs, ["a"])],
])("what was typed without a connection into a cell that others %s is given to the agent", async (_, change) => {
  const { hub, remote, document, theirs, type } = await openNotebook();
  await whileCut(hub, async () => {
    await type();
    change(theirs);
  });
  expect(given(remote)).toEqual([["", "a!"]]);
  expect(document.unacknowledged.value).toBe(0);
});

test("what the agent has acknowledged is not given again", async () => {
  const { hub, remote, theirs, type } = await openNotebook();
  await type();
  await whileCut(hub, async () => void moveCells(theirs, ["b"], 0, IDLE));
  expect(given(remote)).toEqual([]);
});

test("what is just being typed goes with a cell that moves, but keeps no other from deleting it", async () => {
  for (const isMoved of [true, false]) {
    const { hub, remote, theirs, type } = await openNotebook();
    await type();
    remote.holdsAcks = true;
    await type();
    if (isMoved) moveCells(theirs, ["b"], 0, IDLE);
    else deleteCells(theirs, ["a"]);
    hub.last.update(1);
    await settle();
    expect(given(remote)).toEqual(isMoved ? [["", "a!!"]] : []);
  }
});
