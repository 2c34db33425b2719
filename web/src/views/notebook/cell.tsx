/** One cell: its text, what it put out, and what can be done with it. */
import { useComputed, useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Markdown } from "../../markdown/markdown.tsx";
import type { MimeBundle } from "../../outputs/model.ts";
import { outputsOf } from "../../outputs/observe.ts";
import { Outputs } from "../../outputs/outputs.tsx";
import { type Cell, type CellType, cellId, cellSource } from "../../state/notebook.ts";
import { type CellState, sourceOf, stateOf } from "../../state/notebook-cells.ts";
import * as edits from "../../state/notebook-edits.ts";
import { type Sentence, say } from "../../state/say.ts";
import { isObject } from "../../wire/json.ts";
import { StdinPrompt } from "./dialogs.ts";
import { InsertBar } from "./insert-bar.tsx";
import { useLiveEffect } from "./live-effect.ts";
import { type Page, usePage } from "./page.ts";
import { keepInSight, scrollTo } from "./scroll.ts";
import { Side } from "./side.tsx";
import { Source } from "./source.tsx";
import { CellToolbar } from "./toolbar.tsx";

interface CellProps {
  readonly cell: Cell;
  readonly index: number;
  readonly count: number;
}

interface CellViewProps extends CellProps {
  /** Draw it at once, and not only when it is near what is seen. */
  readonly first: boolean;
}

export function CellView({ cell, index, count, first }: CellViewProps): VNode {
  const page = usePage();
  const { open } = page;
  const id = cellId(cell);
  const element = useRef<HTMLElement>(null);
  const state = stateOf(cell).value;
  const active = useComputed(() => open.selection.active.value === id).value;
  const flags = useComputed(() => flagsOf(page, id));
  const drawn = useDrawn(page, element, first);
  // a cell that is gone has no id any more, and leaves the focus to the one that has come in its place
  useLiveEffect(() => takeFocus(page, cellId(cell), element.current, stateOf(cell).value.sourceHidden));
  return (
    <article
      ref={element}
      class={`cell cell-${state.type}${flags.value}`}
      data-cell={id}
      tabIndex={active ? 0 : -1}
      aria-label={labelOf(state, index)}
      aria-posinset={index + 1}
      aria-setsize={count}
      style={drawn ? {} : { minHeight: `${estimatedHeight(cell)}rem` }}
      onMouseDown={(event) => press(page, id, event)}
      onFocus={(event) => event.target === element.current && focused(page, id)}
    >
      {drawn && <Content cell={cell} state={state} index={index} count={count} active={active} />}
    </article>
  );
}

interface ContentProps extends CellProps {
  readonly state: CellState;
  readonly active: boolean;
}

function Content({ cell, state, index, count, active }: ContentProps): VNode {
  const { open, document } = usePage();
  const id = cellId(cell);
  const asks = useComputed(() => document.stdin.value?.cell === id).value;
  const hasAsked = useRef(false); // when all is answered the prompt is still there, to give the keyboard back
  hasAsked.current ||= asks;
  return (
    <>
      <Side cell={cell} state={state} />
      <div class="cell-main">
        {active && <CellToolbar state={state} index={index} count={count} />}
        <Others id={id} />
        <Input cell={cell} state={state} label={labelOf(state, index)} />
        {hasAsked.current && <StdinPrompt id={id} />}
        {state.type === "code" && <CellOutputs cell={cell} state={state} />}
      </div>
      {open.mayEdit.value && <InsertBar index={index + 1} />}
    </>
  );
}

/** Whether the cell has been near the visible part, or all cells must be drawn; from then on it stays. */
function useDrawn(page: Page, element: { readonly current: HTMLElement | null }, first: boolean): boolean {
  const seen = useSignal(first);
  const drawn = seen.value || page.drawsAll.value;
  useEffect(() => {
    if (drawn || !element.current) return undefined;
    return page.nearness.watch(element.current, (near) => {
      if (near) seen.value = true;
    });
  }, [page, element, seen, drawn]);
  useLayoutEffect(() => {
    if (drawn) keepInSight();
  }, [drawn]);
  return drawn;
}

/** How many cells a first screen holds at most. */
export function firstScreen(cells: readonly Cell[]): number {
  let left = window.innerHeight / REM_PX;
  const end = cells.findIndex((cell) => {
    left -= estimatedHeight(cell);
    return left < 0;
  });
  return end < 0 ? cells.length : end + 1;
}

const REM_PX = 16;

/** About how high a cell will be, in rem, so that the scroll bar tells how long the notebook is. */
function estimatedHeight(cell: Cell): number {
  return cellSource(cell).toString().split("\n").length * 1.3 + 2;
}

const NAMES: Readonly<Record<CellType, Sentence>> = {
  code: "Code cell {number}",
  markdown: "Text cell {number}",
  raw: "Raw cell {number}",
};

function labelOf(state: CellState, index: number): string {
  const cell = say(NAMES[state.type], { number: index + 1 });
  if (state.running) return say("{cell}, running", { cell });
  const { executionCount: count } = state;
  return count === null ? cell : say("{cell}, run as number {count}", { cell, count });
}

/** Classes that come and go; computed, so that a cell is drawn again only when its own change. */
function flagsOf(page: Page, id: string): string {
  const { selection } = page.open;
  const { queue, running } = page.document.kernel.value;
  const active = selection.active.value === id;
  const flags = {
    active,
    selected: selection.selected.value.includes(id),
    editing: active && selection.mode.value === "edit",
    running: running === id,
    queued: queue.includes(id),
  };
  return Object.entries(flags)
    .flatMap(([name, is]) => (is ? [` is-${name}`] : []))
    .join("");
}

function takeFocus(page: Page, id: string, element: HTMLElement | null, sourceHidden: boolean): void {
  const request = page.open.focus.value;
  if (request?.cell !== id || !element) return;
  scrollTo(element);
  if (request.where !== "cell" && !sourceHidden) return; // the source takes it
  page.open.focus.value = null;
  element.focus({ preventScroll: true });
}

function focused(page: Page, id: string): void {
  if (page.open.selection.active.peek() !== id && !page.open.selection.selected.peek().includes(id)) {
    page.open.selection.activate(id);
  }
  page.open.selection.mode.value = "command";
  page.open.showPlace(id);
}

/** What takes presses for itself. It may be gone by now: an editor has taken the place of the text that was pressed. */
const TEXT = ".source, input, textarea, select, button, a, .outputs, .markdown";

/** A press selects the cell; with Shift, all cells up to it. */
function press(page: Page, id: string, event: MouseEvent): void {
  const { selection } = page.open;
  if (event.button !== 0 || !(event.target instanceof Element)) return;
  const inText = event.composedPath().some((place) => place instanceof Element && place.matches(TEXT));
  if (event.shiftKey && selection.active.peek() !== id) {
    event.preventDefault();
    selection.extendTo(id);
    page.open.focus.value = { cell: id, where: "cell" };
  } else if (selection.active.peek() !== id) selection.activate(id);
  if (!inText) selection.mode.value = "command";
}

interface InputProps {
  readonly cell: Cell;
  readonly state: CellState;
  readonly label: string;
}

function Input({ cell, state, label }: InputProps): VNode {
  const page = usePage();
  const { open } = page;
  if (state.sourceHidden) {
    const show = () => edits.setHidden(open.notebook, [cellId(cell)], "source", false);
    return (
      <button type="button" class="folded" disabled={!open.mayEdit.value} onClick={show}>
        {say("Input is folded")}
      </button>
    );
  }
  if (open.isShown(cell)) return <Shown cell={cell} state={state} />;
  return <Source key={state.type} cell={cell} type={state.type} label={label} />;
}

/** Markdown as it reads; a double click edits it. */
function Shown({ cell, state }: Omit<InputProps, "label">): VNode {
  const page = usePage();
  const edit = () => page.open.mayEdit.peek() && page.open.goTo(cellId(cell), "editor");
  const attachments = isObject(state.attachments) ? (state.attachments as Readonly<Record<string, MimeBundle>>) : {};
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keyboards edit it by Enter on its cell
    <div class="shown" onDblClick={edit}>
      <Markdown source={sourceOf(cell).value} attachments={attachments} context={page.outputs} />
    </div>
  );
}

function CellOutputs({ cell, state }: Omit<InputProps, "label">): VNode | null {
  const page = usePage();
  const { open } = page;
  const id = cellId(cell);
  const outputs = outputsOf(cell).value;
  if (outputs.length === 0) return null;
  const changes = open.mayEdit.value && {
    onCollapse: (collapsed: boolean) => edits.setHidden(open.notebook, [id], "outputs", collapsed),
    onScroll: (scrolled: boolean) => edits.setScrolled(open.notebook, [id], scrolled),
  };
  return (
    <Outputs
      outputs={outputs}
      cellId={id}
      context={page.outputs}
      collapsed={state.outputsHidden}
      scrolled={state.scrolled && !page.context.natural.value}
      {...changes}
    />
  );
}

/** Who else is at this cell. */
function Others({ id }: { readonly id: string }): VNode | null {
  const page = usePage();
  const here = page.people.value.filter((person) => person.cell === id);
  if (here.length === 0) return null;
  return (
    <div class="cell-people">
      {here.map(({ client, name, color }) => (
        <span
          key={client}
          title={name}
          aria-label={say("{name} is here", { name })}
          role="img"
          style={{ background: color }}
        />
      ))}
    </div>
  );
}
