/**
 * A notebook that is open in this page: what is selected and edited, and every command that a person can give.
 *
 * No DOM here. Views read the signals; what only a view can do, such as moving the focus, is asked for by `focus`.
 */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { RunResult } from "../wire/events.ts";
import type { Json, JsonObject } from "../wire/json.ts";
import { CallError, type LiveDocument } from "./document.ts";
import { type Cell, type CellContent, cellId, cellType, Notebook, REPAIR, readCell } from "./notebook.ts";
import { sourceOf } from "./notebook-cells.ts";
import { repair } from "./notebook-repair.ts";
import { Selection } from "./notebook-selection.ts";
import { NotebookUndo } from "./notebook-undo.ts";
import { type Sentence, said, say } from "./say.ts";

/** The focus should go to a cell or into its editor; or a range of its text is to be shown, and the focus stays. */
export interface FocusRequest {
  readonly cell: string;
  readonly where: "cell" | "editor" | "range";
  readonly at?: "start" | "end";
  /** A range of its text to select. */
  readonly range?: readonly [number, number];
}

export type Dialog = "shortcuts" | "find" | "history" | null;
export type Confirmation = "restart" | "restart-and-run" | null;

/** Cells that were cut or copied, for all notebooks of this page. */
let clipboard: readonly CellContent[] = [];

export class OpenNotebook {
  readonly notebook: Notebook;
  readonly undo: NotebookUndo;
  readonly cells = signal<readonly Cell[]>([]);
  readonly ids: ReadonlySignal<readonly string[]> = computed(() => this.cells.value.map(cellId));
  readonly selection = new Selection(this.ids);
  /** Markdown cells that are edited, not shown. */
  readonly editing = signal<ReadonlySet<string>>(new Set());
  /** Cells that were run from this page, whose questions it answers. */
  readonly asked = new Set<string>();
  readonly lineNumbers = signal(false);
  readonly focus = signal<FocusRequest | null>(null);
  readonly dialog = signal<Dialog>(null);
  readonly confirming = signal<Confirmation>(null);
  /** Something that went wrong or is worth a word; stays until it is dismissed or replaced. */
  readonly notice = signal<string | null>(null);
  /** For screen readers. */
  readonly announcement = signal("");
  readonly language = signal("python");
  /** The kernel that the notebook asks for. */
  readonly kernelName = signal<string | null>(null);
  readonly mayEdit: ReadonlySignal<boolean>;
  readonly mayRun: ReadonlySignal<boolean>;
  readonly maySave: ReadonlySignal<boolean>;
  private trouble: string | null = null;
  private readonly ends: (() => void)[] = [];

  constructor(readonly document: LiveDocument) {
    this.notebook = new Notebook(document.ydoc);
    this.undo = new NotebookUndo(this.notebook, () => this.busyCells());
    const may = (right: "edit" | "run" | "save") => () => !document.readonly.value && document.may.value.has(right);
    this.mayEdit = computed(may("edit"));
    this.mayRun = computed(may("run"));
    this.maySave = computed(may("save"));
    this.watch();
  }

  show(dialog: Dialog): void {
    this.dialog.value = dialog;
  }

  /** Ask before something is done that cannot be taken back. */
  confirm(question: Confirmation): void {
    this.confirming.value = question;
  }

  /** Close what is over the cells, and go back to them. */
  close(): void {
    this.dialog.value = null;
    this.confirming.value = null;
    this.leave();
  }

  /** Tell the others which cell is looked at. */
  showPlace(id: string): void {
    if (this.document.awareness.getLocalState()?.cell === id) return;
    this.document.awareness.setLocalStateField("cell", id);
  }

  /** Go to a cell: as a whole, or into its text. */
  goTo(id: string, where: FocusRequest["where"] = "cell", more: Pick<FocusRequest, "at" | "range"> = {}): void {
    this.selection.activate(id);
    this.showPlace(id);
    if (where !== "cell") this.edit(id);
    this.focus.value = { cell: id, where, ...more };
  }

  /** The cell's own editor was focused. */
  entered(id: string): void {
    if (this.selection.active.peek() !== id) this.selection.activate(id);
    this.selection.mode.value = "edit";
    this.showPlace(id);
  }

  /** From editing a cell to the cell as a whole. */
  leave(): void {
    const id = this.selection.active.peek();
    this.selection.mode.value = "command";
    if (id !== null) this.focus.value = { cell: id, where: "cell" };
  }

  /** Show the text of a Markdown cell for editing. */
  edit(id: string): void {
    this.editing.value = new Set(this.editing.peek()).add(id);
  }

  /** Show a Markdown cell as it reads. */
  render(ids: readonly string[]): void {
    const gone = new Set(ids);
    this.editing.value = new Set([...this.editing.peek()].filter((id) => !gone.has(id)));
  }

  isShown(cell: Cell): boolean {
    return cellType(cell) === "markdown" && !this.editing.value.has(cellId(cell)) && sourceOf(cell).value.trim() !== "";
  }

  /** Cells that must not be moved by deleting them: somebody types in them or they run. */
  busyCells(): ReadonlySet<string> {
    const { running, queue } = this.document.kernel.peek();
    const { awareness } = this.document;
    const others = [...awareness.getStates()].filter(([client]) => client !== awareness.clientID);
    return new Set([
      ...others.map(([, state]) => String(state.cell)),
      ...queue,
      ...(running === null ? [] : [running]),
    ]);
  }

  /** Move cells before the one that is at position `index` now; the focus stays where it is among them. */
  move(ids: readonly string[], index: number): void {
    const cell = this.selection.active.peek();
    const where = this.selection.mode.peek() === "edit" ? "editor" : "cell";
    if (this.undo.move(ids, index) && cell !== null) this.focus.value = { cell, where };
  }

  copy(ids: readonly string[]): void {
    clipboard = ids.flatMap((id) => this.notebook.find(id) ?? []).map(readCell);
  }

  copied(): readonly CellContent[] {
    return clipboard;
  }

  /** Run cells: Markdown is shown as it reads, code goes to the kernel. */
  async run(ids: readonly string[]): Promise<void> {
    this.render(ids);
    const code = ids.filter((id) => this.isCode(id));
    for (const id of code) this.asked.add(id);
    if (code.length > 0) await this.ask("run", { what: "cells", cells: code });
  }

  async runAll(what: "all" | "above" | "below"): Promise<void> {
    this.render(this.ids.peek());
    for (const id of this.ids.peek()) this.asked.add(id);
    const cell = this.selection.active.peek();
    await this.ask("run", what === "all" || cell === null ? { what } : { what, cell });
  }

  async restart(how: "restart" | "restart-and-run"): Promise<void> {
    this.confirming.value = null;
    const restarted = await this.ask("kernel.restart", {});
    if (restarted !== undefined && how === "restart-and-run") await this.runAll("all");
  }

  async save(): Promise<void> {
    if ((await this.ask("save", { cause: "user" })) !== undefined) this.announcement.value = say("Saved.");
  }

  /** Call the agent; what goes wrong is shown as a notice, and the result is then `undefined`. */
  async ask(method: string, params: JsonObject): Promise<Json | undefined> {
    try {
      const reply = await this.document.call(method, params);
      this.notice.value = null;
      return reply;
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      this.notice.value = error.message;
      return undefined;
    }
  }

  dispose(): void {
    for (const end of this.ends) end();
    this.undo.dispose();
  }

  private isCode(id: string): boolean {
    const cell = this.notebook.find(id);
    return cell !== undefined && cellType(cell) === "code";
  }

  private watch(): void {
    const { cells, meta } = this.notebook;
    const list = (): void => this.list();
    const language = (): void => {
      this.language.value = this.notebook.language();
      this.kernelName.value = this.notebook.kernelName();
    };
    const mend = (events: { path: unknown[] }[], transaction: { local: boolean; origin: unknown }): void => {
      const structural = events.some((event) => event.path.length <= 1);
      if (structural && !transaction.local && transaction.origin !== REPAIR) queueMicrotask(() => this.mend());
    };
    cells.observe(list);
    cells.observeDeep(mend);
    meta.observeDeep(language);
    list();
    language();
    this.ends.push(
      () => cells.unobserve(list),
      () => cells.unobserveDeep(mend),
      () => meta.unobserveDeep(language),
      effect(() => void (this.document.synced.value && this.mend())),
      this.document.onEvent((event) => {
        if (event.event === "run_ended") this.announcement.value = told(event.result);
        else if (event.event === "outside") this.tellOutside(event.what);
        else if (event.event === "trouble") this.tellTrouble(event.message);
        else if (event.event === "refused")
          this.notice.value = say("A change was not taken: {why}", { why: said(event.message) });
      }),
    );
  }

  private tellOutside(what: string): void {
    const sentence = OUTSIDE[what];
    if (sentence) this.notice.value = say(sentence);
  }

  /** What stands in the way of saving; empty when it is over. */
  private tellTrouble(message: string): void {
    if (message || this.notice.value === this.trouble) this.notice.value = message || null;
    this.trouble = message || null;
  }

  private list(): void {
    this.cells.value = this.notebook.cells.toArray();
    this.selection.settle();
  }

  private mend(): void {
    if (this.document.synced.peek() && this.mayEdit.peek()) repair(this.notebook);
  }
}

const OUTSIDE: Readonly<Record<string, Sentence>> = {
  changed: "The file was changed outside; the changes are merged here.",
  invalid: "The file on disk is no notebook now. What you see here is kept.",
};

function told(result: RunResult): string {
  const { executed: count, firstError } = result;
  const isOne = count === 1;
  if (result.cancelled)
    return say(isOne ? "Run cancelled after 1 cell." : "Run cancelled after {count} cells.", { count });
  if (result.ok)
    return say(isOne ? "Run ended, 1 cell without an error." : "Run ended, {count} cells without an error.", { count });
  return say("Run ended with an error: {error}", { error: `${firstError?.ename ?? ""} ${firstError?.evalue ?? ""}` });
}
