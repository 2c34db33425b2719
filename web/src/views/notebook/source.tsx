/**
 * The text of a cell: static highlighted code until it is seen and there is time, or until it is needed; then an editor.
 *
 * Both look the same, so that nothing moves when one takes the place of the other.
 */
import { type Signal, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { CellEditor } from "../../editor/cell-editor.ts";
import { highlighted, knownParser, loadParser } from "../../editor/highlight.ts";
import { type Cell, type CellType, cellId, cellSource } from "../../state/notebook.ts";
import { sourceOf } from "../../state/notebook-cells.ts";
import type { FocusRequest } from "../../state/notebook-open.ts";
import { useLiveEffect } from "./live-effect.ts";
import { type Page, usePage } from "./page.ts";
import { StandIn } from "./stand-in.ts";

let editorModule: typeof import("../../editor/cell-editor.ts") | null = null;

interface SourceProps {
  readonly cell: Cell;
  readonly type: CellType;
  readonly label: string;
}

export function Source({ cell, type, label }: SourceProps): VNode {
  const page = usePage();
  const whole = useRef<HTMLDivElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const mounted = useSignal(false);
  const near = useSignal<boolean | null>(null); // not yet known
  const slot = useRef<Slot | null>(null);
  slot.current ??= new Slot(page, cell, type, host, mounted);
  const { current } = slot;
  current.label = label;
  useEffect(() => () => current.unmount(), [current]);
  useEffect(() => page.nearness.watch(whole.current as HTMLElement, (is) => (near.value = is)), [page, near]);
  useSignalEffect(() => {
    if (near.value !== null) current.follow(near.value);
  });
  useLiveEffect(() => current.obey(page.open.focus.value));
  useSignalEffect(() => current.configure(page.open.lineNumbers.value, !page.open.mayEdit.value));
  return (
    <div class="source" ref={whole} data-lines={page.open.lineNumbers.value && type === "code" ? "" : undefined}>
      {!mounted.value && (
        // biome-ignore lint/a11y/noStaticElementInteractions: keyboards reach the text by Enter on its cell
        <div onMouseDown={(event) => current.press(event)}>
          <StaticSource cell={cell} type={type} near={near} />
        </div>
      )}
      <div ref={host} class="source-editor" />
    </div>
  );
}

interface StaticProps {
  readonly cell: Cell;
  readonly type: CellType;
  readonly near: Signal<boolean | null>;
}

function StaticSource({ cell, type, near }: StaticProps): VNode {
  const page = usePage();
  const language = useComputed(() => languageOf(type, page.open.language.value));
  const parser = useSignal(knownParser(language.peek()) ?? null);
  useSignalEffect(() => {
    const name = language.value;
    if (near.value) void loadParser(name).then((loaded) => (parser.value = loaded));
  });
  const lines = highlighted(sourceOf(cell).value, near.value === true ? parser.value : null);
  return (
    <pre class="static-source">
      {lines.map((line, index) => (
        <div class="static-line" key={index}>
          {line.map((token) => (token.classes ? <span class={token.classes}>{token.text}</span> : token.text))}
          {line.length === 0 && <br />}
        </div>
      ))}
    </pre>
  );
}

/** A name of the language that a cell's text is in; empty for none. */
function languageOf(type: CellType, language: string): string {
  if (type === "code") return language;
  return type === "markdown" ? "markdown" : "";
}

/** Where the editor of a cell is put, and when. */
class Slot {
  label = "";
  private editor: CellEditor | null = null;
  private standIn: StandIn | null = null;
  private takeBack: (() => void) | null = null;

  constructor(
    private readonly page: Page,
    private readonly cell: Cell,
    private readonly type: CellType,
    private readonly host: { readonly current: HTMLDivElement | null },
    private readonly mounted: Signal<boolean>,
  ) {}

  /** Mount when there is time while it is near, unmount when it is far and nobody is in it. */
  follow(near: boolean): void {
    this.takeBack?.();
    this.takeBack = null;
    if (near && !this.editor) this.takeBack = this.page.idle.add(() => void this.mount());
    if (!near && this.editor && !this.editor.view.hasFocus) this.unmount();
  }

  obey(request: FocusRequest | null): void {
    if (request?.cell !== cellId(this.cell) || request.where === "cell") return;
    this.page.open.focus.value = null;
    this.enter((text) => {
      if (request.range) text.select(...request.range);
      if (request.where === "editor") text.focus(request.at);
    });
  }

  configure(lineNumbers: boolean, locked: boolean): void {
    this.editor?.setLineNumbers(lineNumbers && this.type === "code");
    this.editor?.setLocked(locked);
    this.standIn?.setLocked(locked);
  }

  /** A press on static text is a press at the same place in the editor that takes over. */
  press(event: MouseEvent): void {
    if (event.button !== 0 || event.shiftKey || !this.page.open.mayEdit.peek()) return;
    event.preventDefault();
    const { clientX: x, clientY: y } = event;
    this.enter((text) => {
      text.select(text.offsetAt({ x, y }));
      text.focus();
    });
  }

  unmount(): void {
    this.takeBack?.();
    const text = this.editor ?? this.standIn;
    if (!text) return;
    if (this.page.editors.get(cellId(this.cell)) === text) this.page.editors.delete(cellId(this.cell));
    text.dispose();
    this.editor = this.standIn = null;
    this.mounted.value = false;
  }

  /** Do this to the editor; if that must be waited for, to what stands in for it, which knows no "\r". */
  private enter(act: (text: CellEditor | StandIn) => void): void {
    const host = this.host.current;
    if (editorModule === null && host && !cellSource(this.cell).toString().includes("\r")) {
      this.standIn ??= new StandIn(host, this.options());
      this.page.editors.set(cellId(this.cell), this.standIn);
    }
    if (this.standIn) act(this.standIn);
    const isDone = this.standIn !== null;
    void this.mount().then((editor) => editor && !isDone && act(editor));
  }

  private async mount(): Promise<CellEditor | null> {
    editorModule ??= await import("../../editor/cell-editor.ts").catch(() => null); // offline: another press tries again
    await this.standIn?.settled();
    const host = this.host.current;
    if (editorModule === null || this.editor || !host?.isConnected) return this.editor;
    this.editor = new editorModule.CellEditor(host, this.options());
    this.page.editors.set(cellId(this.cell), this.editor);
    this.standIn?.handOver(this.editor);
    this.standIn = null;
    this.mounted.value = true;
    return this.editor;
  }

  private options(): ConstructorParameters<typeof CellEditor>[1] {
    const { page, cell, type } = this;
    const { open } = page;
    const id = cellId(cell);
    const text = cellSource(cell);
    const ask = type === "code" && open.mayRun.peek() ? page.document.call.bind(page.document) : null;
    return {
      text,
      history: open.undo.of(text),
      awareness: page.document.awareness,
      cell: id,
      label: this.label,
      language: languageOf(type, open.language.peek()),
      lineNumbers: open.lineNumbers.peek() && type === "code",
      wraps: type !== "code",
      locked: !open.mayEdit.peek(),
      ask,
      onCommand: (command) => page.perform(command),
      onEscape: () => open.leave(),
      onLeave: (direction) => this.leave(direction),
      onFocus: () => open.entered(id),
    };
  }

  private leave(direction: -1 | 1): boolean {
    const { open } = this.page;
    const next = open.ids.peek()[open.notebook.indexOf(cellId(this.cell)) + direction];
    const cell = next === undefined ? undefined : open.notebook.find(next);
    if (next === undefined || !cell) return false;
    const shown = open.isShown(cell);
    open.goTo(next, shown ? "cell" : "editor", { at: direction < 0 ? "end" : "start" });
    return true;
  }
}
