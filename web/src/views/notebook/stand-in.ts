/**
 * A plain text area in the place of a cell's text, from when somebody goes into it until the editor is there.
 *
 * So nothing is lost that the browser can put into a text area: keys in their order, what is pasted, what an input
 * method composes.
 */
import type * as Y from "yjs";
import type { CellEditor, CellEditorOptions } from "../../editor/cell-editor.ts";
import { CommandKeys, EDIT_KEYS } from "../../state/notebook-keys.ts";
import { Typing } from "../../state/notebook-undo.ts";
import { isMac } from "./platform.ts";

type Options = Pick<CellEditorOptions, "text" | "label" | "locked" | "onCommand" | "onEscape" | "onFocus">;

export class StandIn {
  private readonly area = document.createElement("textarea");
  private readonly keys = new CommandKeys(isMac(), EDIT_KEYS);
  private readonly origin = new Typing();
  private composed: Promise<void> = Promise.resolve();

  constructor(
    parent: HTMLElement,
    private readonly options: Options,
  ) {
    const { area } = this;
    area.className = "stand-in";
    area.ariaLabel = options.label;
    area.spellcheck = false;
    area.value = options.text.toString();
    area.addEventListener("input", this.send);
    area.addEventListener("keydown", this.onKey);
    area.addEventListener("focus", options.onFocus);
    area.addEventListener("compositionstart", () => {
      this.composed = new Promise((done) => area.addEventListener("compositionend", () => done(), { once: true }));
    });
    options.text.observe(this.receive);
    this.setLocked(options.locked);
    parent.append(area);
  }

  setLocked(locked: boolean): void {
    this.area.readOnly = locked;
  }

  focus(at?: "start" | "end"): void {
    if (at) this.select(at === "start" ? 0 : this.area.value.length);
    this.area.focus({ preventScroll: true });
  }

  select(from: number, to = from): void {
    this.area.setSelectionRange(from, to);
  }

  cuts(): number[] {
    return [this.area.selectionStart, this.area.selectionEnd];
  }

  /** The offset of the letter at a point of the window; the end where browsers do not tell. */
  offsetAt({ x, y }: { readonly x: number; readonly y: number }): number {
    const place = document.caretPositionFromPoint?.(x, y);
    return place?.offsetNode === this.area ? place.offset : this.area.value.length;
  }

  /** Until no input method is composing. */
  settled(): Promise<void> {
    return this.composed;
  }

  /** Give the place to the editor: the selection, and the focus if it is still here. */
  handOver(editor: CellEditor): void {
    const [from, to] = this.cuts();
    editor.select(from ?? 0, to);
    if (document.activeElement === this.area) editor.focus();
    this.dispose();
  }

  dispose(): void {
    this.options.text.unobserve(this.receive);
    this.area.remove();
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    const command = this.keys.read(event, event.timeStamp);
    if (command !== null && command !== "pending") this.options.onCommand(command);
    else if (event.key === "Escape") this.options.onEscape();
    else if (event.key === "Tab" && !event.shiftKey) this.indent();
    else return;
    event.preventDefault();
  };

  private indent(): void {
    const { area } = this;
    if (area.readOnly) return;
    area.setRangeText("    ", area.selectionStart, area.selectionEnd, "end");
    this.send();
  }

  /** What is behind the cursor is what was there before; so is what both texts begin with. */
  private readonly send = (): void => {
    const { text } = this.options;
    const [before, now] = [text.toString(), this.area.value];
    let end = now.length - this.area.selectionEnd;
    while (!before.endsWith(now.slice(now.length - end))) end -= 1;
    let start = Math.min(before.length, now.length) - end;
    while (!before.startsWith(now.slice(0, start))) start -= 1;
    if (isHalf(now, start)) start -= 1;
    if (isHalf(now, now.length - end)) end -= 1;
    text.doc?.transact(() => {
      text.delete(start, before.length - end - start);
      text.insert(start, now.slice(start, now.length - end));
    }, this.origin);
  };

  private readonly receive = ({ delta }: Y.YTextEvent, transaction: Y.Transaction): void => {
    if (transaction.origin === this.origin) return;
    const [from = 0, to = 0] = this.cuts().map((offset) => moved(offset, delta));
    this.area.value = this.options.text.toString();
    this.select(from, to);
  };
}

/** Whether an offset lies between the two code units of a letter. */
function isHalf(text: string, offset: number): boolean {
  return /^[\ud800-\udbff][\udc00-\udfff]/.test(text.slice(Math.max(0, offset - 1), offset + 1));
}

/** Where an offset is after others have changed the text. */
function moved(offset: number, delta: Y.YTextEvent["delta"]): number {
  let [at, now] = [0, offset];
  for (const { retain = 0, delete: gone = 0, insert } of delta) {
    at += retain;
    if (at >= now) break;
    if (typeof insert === "string") {
      at += insert.length;
      now += insert.length;
    }
    now -= Math.min(gone, now - at);
  }
  return now;
}
