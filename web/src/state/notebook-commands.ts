/** What each command does to an open notebook. */
import { type CellType, cellMetadata, cellType, isHidden } from "./notebook.ts";
import type { Command } from "./notebook-command-names.ts";
import * as edits from "./notebook-edits.ts";
import { CHANGING } from "./notebook-keys.ts";
import type { OpenNotebook } from "./notebook-open.ts";
import { say } from "./say.ts";

/** What a command needs from the view: where the cursor is. */
export interface Cursor {
  /** Offsets at which to split the active cell. */
  cuts(): readonly number[];
}

type Action = (open: OpenNotebook, cursor: Cursor) => void;

const RUNNING: ReadonlySet<Command> = new Set(["run", "run-and-advance", "run-and-insert", "interrupt", "restart"]);

/** Do what the command says, if the page may. */
export function perform(open: OpenNotebook, command: Command, cursor: Cursor): void {
  if (command === "save" ? !open.maySave.peek() : CHANGING.has(command) && !isAllowed(open, command)) return;
  ACTIONS[command](open, cursor);
}

function isAllowed(open: OpenNotebook, command: Command): boolean {
  return RUNNING.has(command) ? open.mayRun.peek() : open.mayEdit.peek();
}

const ACTIONS: Readonly<Record<Command, Action>> = {
  edit: (open) => withActive(open, (id) => open.goTo(id, "editor")),
  run: (open) => run(open),
  "run-and-advance": advance,
  "run-and-insert": runAndInsert,
  "select-above": (open) => step(open, -1, "alone"),
  "select-below": (open) => step(open, 1, "alone"),
  "extend-above": (open) => step(open, -1, "extending"),
  "extend-below": (open) => step(open, 1, "extending"),
  "select-all": (open) => open.selection.selectAll(),
  "insert-above": (open) => insert(open, "above"),
  "insert-below": (open) => insert(open, "below"),
  "move-up": (open) => move(open, -1),
  "move-down": (open) => move(open, 1),
  delete: remove,
  undo: (open) => arrive(open, open.undo.undo()),
  redo: (open) => arrive(open, open.undo.redo()),
  cut: (open) => {
    open.copy(open.selection.selected.peek());
    remove(open);
  },
  copy: (open) => open.copy(open.selection.selected.peek()),
  "paste-below": (open) => paste(open, "below"),
  "paste-above": (open) => paste(open, "above"),
  merge: merge,
  "to-code": (open) => setType(open, "code"),
  "to-markdown": (open) => setType(open, "markdown"),
  "to-raw": (open) => setType(open, "raw"),
  "heading-1": (open) => heading(open, 1),
  "heading-2": (open) => heading(open, 2),
  "heading-3": (open) => heading(open, 3),
  "heading-4": (open) => heading(open, 4),
  "heading-5": (open) => heading(open, 5),
  "heading-6": (open) => heading(open, 6),
  "toggle-source": (open) => toggle(open, "source"),
  "toggle-outputs": (open) => toggle(open, "outputs"),
  "toggle-scrolled": toggleScrolled,
  "toggle-line-numbers": toggleLineNumbers,
  "clear-outputs": (open) => edits.clearOutputs(open.notebook, open.selection.selected.peek()),
  interrupt: (open) => void open.ask("run.cancel", {}), // as in Jupyter, cells that wait are not run either
  restart: (open) => open.confirm("restart"),
  save: (open) => void open.save(),
  find: (open) => open.show("find"),
  history: (open) => open.show("history"),
  shortcuts: (open) => open.show("shortcuts"),
  split: split,
};

function withActive(open: OpenNotebook, act: (id: string) => void): void {
  const id = open.selection.active.peek();
  if (id !== null) act(id);
}

function step(open: OpenNotebook, by: -1 | 1, how: "alone" | "extending"): void {
  const id = open.selection.step(by, how);
  if (id === null) return;
  open.showPlace(id);
  open.focus.value = { cell: id, where: "cell" };
}

function run(open: OpenNotebook): void {
  void open.run(open.selection.selected.peek());
  open.leave();
}

function advance(open: OpenNotebook): void {
  const selected = open.selection.selected.peek();
  void open.run(selected);
  const next = open.ids.peek()[open.notebook.indexOf(selected.at(-1) ?? "") + 1];
  if (next !== undefined) open.goTo(next);
  else if (open.mayEdit.peek()) add(open, open.ids.peek().length, "editor");
  else open.leave();
}

function runAndInsert(open: OpenNotebook): void {
  const selected = open.selection.selected.peek();
  void open.run(selected);
  if (open.mayEdit.peek()) add(open, open.notebook.indexOf(selected.at(-1) ?? "") + 1, "editor");
}

function insert(open: OpenNotebook, where: "above" | "below"): void {
  add(open, place(open, where), "cell");
}

/** Insert an empty code cell at a position and go there. */
export function add(open: OpenNotebook, index: number, where: "cell" | "editor", type: CellType = "code"): void {
  const [id] = edits.insertCells(open.notebook, index, [{ type, source: "" }]);
  if (id !== undefined) open.goTo(id, where);
}

/** The position above or below all that is selected. */
function place(open: OpenNotebook, where: "above" | "below"): number {
  const selected = open.selection.selected.peek();
  const id = (where === "above" ? selected[0] : selected.at(-1)) ?? "";
  return open.notebook.indexOf(id) + (where === "above" ? 0 : 1);
}

function move(open: OpenNotebook, by: -1 | 1): void {
  const selected = open.selection.selected.peek();
  const end = open.notebook.indexOf((by < 0 ? selected[0] : selected.at(-1)) ?? "");
  open.move(selected, by < 0 ? end - 1 : end + 2);
}

function remove(open: OpenNotebook): void {
  edits.deleteCells(open.notebook, open.selection.selected.peek());
  open.leave();
}

function arrive(open: OpenNotebook, ids: readonly string[] | null): void {
  if (ids === null) open.announcement.value = say("There is nothing more to take back.");
  else if (ids[0] !== undefined) open.goTo(ids[0]);
  else open.leave();
}

function paste(open: OpenNotebook, where: "above" | "below"): void {
  const ids = edits.insertCells(open.notebook, place(open, where), open.copied());
  const last = ids.at(-1);
  if (last !== undefined) open.goTo(last);
}

function merge(open: OpenNotebook): void {
  const selected = open.selection.selected.peek();
  const below = open.ids.peek()[open.notebook.indexOf(selected[0] ?? "") + 1];
  const ids = selected.length > 1 || below === undefined ? selected : [...selected, below];
  const id = edits.mergeCells(open.notebook, ids);
  if (id !== undefined) open.goTo(id);
}

function split(open: OpenNotebook, cursor: Cursor): void {
  withActive(open, (id) => {
    if (open.selection.mode.peek() !== "edit") return;
    const last = edits.splitCell(open.notebook, id, cursor.cuts()).at(-1);
    if (last !== undefined) open.goTo(last, "editor", { at: "start" });
  });
}

function setType(open: OpenNotebook, type: CellType): void {
  const ids = open.selection.selected.peek();
  edits.setCellType(open.notebook, ids, type);
  if (type === "markdown") for (const id of ids) open.edit(id);
}

function heading(open: OpenNotebook, level: number): void {
  edits.setHeading(open.notebook, open.selection.selected.peek(), level);
  withActive(open, (id) => open.goTo(id, "editor", { at: "end" }));
}

function toggle(open: OpenNotebook, part: "source" | "outputs"): void {
  const ids = open.selection.selected.peek();
  const cells = ids.flatMap((id) => open.notebook.find(id) ?? []);
  edits.setHidden(open.notebook, ids, part, !cells.every((cell) => isHidden(cell, part)));
}

function toggleLineNumbers(open: OpenNotebook): void {
  open.lineNumbers.value = !open.lineNumbers.peek();
}

function toggleScrolled(open: OpenNotebook): void {
  const ids = open.selection.selected.peek();
  const cells = ids.flatMap((id) => open.notebook.find(id) ?? []).filter((cell) => cellType(cell) === "code");
  const scrolled = cells.every((cell) => cellMetadata(cell).scrolled === true);
  edits.setScrolled(open.notebook, ids, !scrolled);
}
