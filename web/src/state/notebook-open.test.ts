import { beforeEach, describe, expect, it } from "vitest";
import * as Y from "yjs";
import type { OutgoingMessage } from "../wire/frames.ts";
import type { JsonObject } from "../wire/json.ts";
import { cellSource, cellType, makeCell, Notebook } from "./notebook.ts";
import type { Command } from "./notebook-command-names.ts";
import { perform } from "./notebook-commands.ts";
import { deleteCells } from "./notebook-edits.ts";
import { OpenNotebook } from "./notebook-open.ts";
import { SharedDocument } from "./shared-document.ts";

/** The agent's end of a document: keeps it, and answers each call with `{}` or an error. */
class Agent {
  readonly notebook = new Notebook(new Y.Doc());
  readonly calls: { method: string; params: JsonObject }[] = [];
  readonly document: SharedDocument;
  error: { code: string; message: string } | null = null;

  constructor(may: readonly string[], sources: readonly string[]) {
    this.notebook.cells.push(sources.map((source) => makeCell({ type: "code", source }, source)));
    const readonly = !may.includes("edit") && !may.includes("run");
    const opened = { t: "opened", ch: 1, kind: "notebook", generation: "g", readonly, path: "a.ipynb", may } as const;
    this.document = new SharedDocument(this, "project", opened);
    this.document.attach(opened);
    this.document.receive({ kind: "sync1", vector: Y.encodeStateVector(this.notebook.ydoc) });
    this.notebook.ydoc.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin !== this) this.document.receive({ kind: "update", update });
    });
  }

  isCongested(): boolean {
    return false;
  }

  send(message: OutgoingMessage): void {
    if (message.kind === "sync1") {
      const update = Y.encodeStateAsUpdate(this.notebook.ydoc, message.vector);
      this.document.receive({ kind: "sync2", update });
    } else if (message.kind === "update" || message.kind === "sync2") {
      Y.applyUpdate(this.notebook.ydoc, message.update, this);
      this.document.receive({ kind: "ack", seq: message.seq });
    } else if (message.kind === "call") {
      this.calls.push(message);
      const { id } = message;
      this.document.receive({ kind: "reply", reply: this.error ? { id, error: this.error } : { id, result: {} } });
    }
  }

  texts(): string[] {
    return this.notebook.cells.map((cell) => cellSource(cell).toString());
  }
}

describe("an open notebook", () => {
  let agent: Agent;
  let open: OpenNotebook;
  const start = (may: readonly string[]): void => {
    agent = new Agent(may, ["a", "b", "c"]);
    open = new OpenNotebook(agent.document);
  };
  const give = (...commands: Command[]): void => {
    for (const command of commands) perform(open, command, { cuts: () => [1] });
  };
  beforeEach(() => start(["edit", "run", "save", "export"]));

  it("starts at the first cell and asks nobody for the focus", () => {
    expect(open.selection.active.value).toBe("a");
    expect(open.focus.value).toBeNull();
  });

  it("runs the selected cells in their order and goes to the next", () => {
    give("extend-below", "run-and-advance");
    expect(agent.calls).toMatchObject([{ method: "run", params: { what: "cells", cells: ["a", "b"] } }]);
    expect(open.focus.value).toMatchObject({ cell: "c", where: "cell" });
  });

  it("runs the last cell and goes on in a new one", () => {
    give("select-below", "select-below", "run-and-advance");
    expect(agent.texts()).toEqual(["a", "b", "c", ""]);
    expect(open.focus.value).toMatchObject({ cell: open.ids.value[3], where: "editor" });
  });

  it("shows Markdown as it reads instead of running it", () => {
    give("to-markdown");
    const cell = open.notebook.cells.get(0);
    expect(open.isShown(cell)).toBe(false);
    give("run");
    expect(open.isShown(cell)).toBe(true);
    expect(agent.calls).toEqual([]);
  });

  it("cuts, goes on, pastes and takes it back", () => {
    give("extend-below", "cut");
    expect(agent.texts()).toEqual(["c"]);
    expect(open.selection.active.value).toBe("c");
    give("paste-below");
    expect(agent.texts()).toEqual(["c", "a", "b"]);
    give("undo", "undo");
    expect(agent.texts()).toEqual(["a", "b", "c"]);
    expect(open.selection.active.value).toBe("a");
  });

  it("splits at the cursor while editing, and not otherwise", () => {
    cellSource(agent.notebook.cells.get(0)).insert(1, "\nz");
    give("split");
    expect(agent.texts()).toEqual(["a\nz", "b", "c"]);
    open.entered("a");
    give("split");
    expect(agent.texts()).toEqual(["a", "z", "b", "c"]);
    expect(open.focus.value).toMatchObject({ cell: open.ids.value[1], where: "editor", at: "start" });
  });

  it("merges one selected cell with the next", () => {
    give("merge");
    expect(agent.texts()).toEqual(["a\nb", "c"]);
  });

  it("makes headings, folds and unfolds", () => {
    give("heading-2", "toggle-source");
    expect(agent.texts()[0]).toBe("## a");
    expect(agent.notebook.cells.get(0).toJSON().metadata).toEqual({ jupyter: { source_hidden: true } });
    give("toggle-source");
    expect(agent.notebook.cells.get(0).toJSON().metadata).toEqual({});
  });

  it("interrupts those that wait, too", () => {
    give("interrupt");
    expect(agent.calls.map((call) => call.method)).toEqual(["run.cancel"]);
  });

  it("knows which cells were run from here, and no others", async () => {
    await open.run(["b"]);
    expect([...open.asked]).toEqual(["b"]);
    await open.runAll("all");
    expect(open.asked.has("c")).toBe(true);
  });

  it("names the kernel that the notebook asks for as people know it", () => {
    expect(open.kernelName.value).toBeNull();
    agent.notebook.meta.set("metadata", new Y.Map([["kernelspec", { name: "ir", display_name: "R" }]]));
    expect(open.kernelName.value).toBe("R");
  });

  it("asks before it restarts", async () => {
    give("restart");
    expect(agent.calls).toEqual([]);
    expect(open.confirming.value).toBe("restart");
    await open.restart("restart-and-run");
    expect(agent.calls.map((call) => call.method)).toEqual(["kernel.restart", "run"]);
    expect(open.confirming.value).toBeNull();
  });

  it("shows what the agent refused, until something works", async () => {
    agent.error = { code: "dead", message: "the kernel is dead" };
    await open.run(["a"]);
    expect(open.notice.value).toBe("the kernel is dead");
    agent.error = null;
    await open.run(["a"]);
    expect(open.notice.value).toBeNull();
  });

  it("goes elsewhere when somebody else deletes the active cell", () => {
    open.entered("b");
    deleteCells(agent.notebook, ["b"]);
    expect(open.selection.active.value).toBe("c");
    expect(open.selection.mode.value).toBe("command");
  });

  it("mends what arrives broken", async () => {
    agent.notebook.cells.push([makeCell({ type: "code", source: "twice" }, "a")]);
    await Promise.resolve();
    expect(agent.texts()).toEqual(["a", "b", "c"]);
  });

  it("changes and runs nothing when it is only to be read", () => {
    start(["export"]);
    give("delete", "insert-below", "run", "to-markdown", "restart", "save", "undo", "cut", "edit");
    expect(agent.texts()).toEqual(["a", "b", "c"]);
    expect(agent.calls).toEqual([]);
    expect(open.confirming.value).toBeNull();
    give("select-below", "copy", "find");
    expect(open.selection.active.value).toBe("b");
    expect(open.dialog.value).toBe("find");
  });

  it("edits without running when it may only edit", () => {
    start(["edit", "save"]);
    give("run-and-advance", "to-raw", "interrupt");
    expect(agent.calls).toEqual([]);
    expect(cellType(agent.notebook.cells.get(0))).toBe("raw");
  });
});
