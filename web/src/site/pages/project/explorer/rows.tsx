// biome-ignore-all lint/a11y/useSemanticElements: a table cannot leave out the rows that are out of view
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the keyboard
/** The rows of a directory: only those in view exist, and the keyboard moves among all of them. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { language } from "../../../../state/language.ts";
import type { Entry } from "../../../files.ts";
import { files as words } from "../../../strings/files.ts";
import { ago, exactly } from "../../../ui/moments.ts";
import { COLUMNS, pressed, sizeText, visible } from "./entries.ts";
import type { Explorer } from "./explorer.ts";
import { PictureOf } from "./picture.tsx";
import { extended, only, type Selection, stepped, toggled } from "./selection.ts";

const ROW_PX = 40;
const BEYOND = 8;

export interface RowsProps {
  readonly explorer: Explorer;
  hrefOf(entry: Entry): string;
  open(entry: Entry): void;
  rename(entry: Entry): void;
}

export function Rows({ explorer, hrefOf, open, rename }: RowsProps): VNode {
  const grid = useRef<HTMLDivElement>(null);
  const top = useSignal(0);
  const height = useSignal(800);
  useEffect(() => {
    const element = grid.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => (height.value = element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, [height]);
  const rows = explorer.rows.value;
  const selection = explorer.selection.value;
  const first = Math.max(0, Math.floor(top.value / ROW_PX) - BEYOND);
  const last = Math.min(rows.length, Math.ceil((top.value + height.value) / ROW_PX) + BEYOND);
  const select = (next: Selection): void => {
    explorer.selection.value = next;
    const at = rows.findIndex(({ name }) => name === next.active);
    if (at !== -1) reveal(grid.current, at);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target === event.currentTarget) key(event, { explorer, select, open, rename, height: height.value });
  };
  const active = rows.findIndex(({ name }) => name === selection.active);
  return (
    <div
      ref={grid}
      class="explorer-grid"
      role="grid"
      tabIndex={0}
      aria-label={words.listing({ name: explorer.title || words.home() })}
      aria-multiselectable="true"
      aria-rowcount={rows.length + 1}
      aria-activedescendant={active >= first && active < last ? `row-${active}` : undefined}
      onScroll={(event) => (top.value = event.currentTarget.scrollTop)}
      onKeyDown={onKeyDown}
    >
      <Head explorer={explorer} />
      <div role="rowgroup" class="explorer-rows" style={{ height: `${rows.length * ROW_PX}px` }}>
        {rows.slice(first, last).map((entry, index) => (
          <Row
            key={entry.name}
            entry={entry}
            at={first + index}
            explorer={explorer}
            href={hrefOf(entry)}
            select={(next) => {
              select(next);
              grid.current?.focus({ preventScroll: true });
            }}
            open={() => open(entry)}
          />
        ))}
      </div>
    </div>
  );
}

function reveal(grid: HTMLElement | null, at: number): void {
  if (grid === null) return;
  const [top, bottom] = [at * ROW_PX, (at + 2) * ROW_PX]; // the head stands above the rows
  if (top < grid.scrollTop) grid.scrollTop = top;
  else if (bottom > grid.scrollTop + grid.clientHeight) grid.scrollTop = bottom - grid.clientHeight;
}

interface Keyboard {
  readonly explorer: Explorer;
  readonly height: number;
  select(next: Selection): void;
  open(entry: Entry): void;
  rename(entry: Entry): void;
}

const STEPS: Readonly<Record<string, (page: number) => number>> = {
  ArrowDown: () => 1,
  ArrowUp: () => -1,
  PageDown: (page) => page,
  PageUp: (page) => -page,
  Home: () => -Infinity,
  End: () => Infinity,
};

function key(event: KeyboardEvent, keyboard: Keyboard): void {
  const isDone = STEPS[event.key] === undefined ? pressKey(event, keyboard) : step(event, keyboard);
  if (isDone) event.preventDefault();
}

function step(event: KeyboardEvent, { explorer, select, height }: Keyboard): boolean {
  const names = explorer.rows.peek().map(({ name }) => name);
  const selection = explorer.selection.peek();
  const page = Math.max(1, Math.floor(height / ROW_PX) - 2);
  const to = stepped(selection, STEPS[event.key]?.(page) ?? 0, names);
  if (to === null) return false;
  if (event.shiftKey) select(extended(selection, to, names));
  else select(event.ctrlKey || event.metaKey ? { ...selection, active: to } : only(to));
  return true;
}

function pressKey(event: KeyboardEvent, { explorer, select, open, rename }: Keyboard): boolean {
  const selection = explorer.selection.peek();
  const rows = explorer.rows.peek();
  const active = rows.find(({ name }) => name === selection.active);
  const acts: Readonly<Record<string, () => void>> = {
    " ": () => active && select(toggled(selection, active.name)),
    Enter: () => active && open(active),
    F2: () => active && explorer.mayEdit && rename(active),
    Delete: () => explorer.mayEdit && void explorer.delete(explorer.selected.peek()),
    Escape: () => select({ ...selection, names: new Set() }),
  };
  const isAll = event.key === "a" && (event.ctrlKey || event.metaKey);
  if (isAll) select({ ...selection, names: new Set(rows.map(({ name }) => name)) });
  else acts[event.key]?.();
  return isAll || event.key in acts;
}

function Head({ explorer }: { readonly explorer: Explorer }): VNode {
  const order = explorer.order.value;
  const direction = order.isDown ? "descending" : "ascending";
  return (
    <div role="rowgroup" class="explorer-head">
      <div role="row" aria-rowindex={1} class="explorer-row">
        {COLUMNS.map((column) => (
          <span
            key={column}
            role="columnheader"
            class={`explorer-${column}`}
            aria-sort={order.column === column ? direction : undefined}
          >
            <button type="button" class="quiet" onClick={() => (explorer.order.value = pressed(order, column))}>
              {words[column]()}
              {order.column === column && <span aria-hidden="true">{order.isDown ? " ↓" : " ↑"}</span>}
            </button>
          </span>
        ))}
      </div>
    </div>
  );
}

interface RowProps {
  readonly entry: Entry;
  readonly at: number;
  readonly explorer: Explorer;
  readonly href: string;
  select(next: Selection): void;
  open(): void;
}

function Row({ entry, at, explorer, href, select, open }: RowProps): VNode {
  const selection = explorer.selection.value;
  const { name, kind, link } = entry;
  const press = (event: MouseEvent): void => {
    const isExtending = event.shiftKey;
    const isToggling = event.ctrlKey || event.metaKey;
    if (event.target instanceof Element && event.target.closest("a") !== null) {
      if (!isExtending && !isToggling) return; // the link is followed
      event.preventDefault();
    }
    const names = explorer.rows.peek().map((row) => row.name);
    if (isExtending) select(extended(selection, name, names));
    else if (isToggling || event.detail === 0) select(toggled(selection, name));
    else select(only(name));
  };
  const isPublic = explorer.published.value.has(explorer.pathOf(entry));
  const isSelected = selection.names.has(name);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid has the keyboard
    <div
      role="row"
      id={`row-${at}`}
      aria-rowindex={at + 2}
      aria-selected={isSelected}
      class={`explorer-row${selection.active === name ? " explorer-active" : ""}`}
      style={{ top: `${at * ROW_PX}px` }}
      onClick={press}
      onDblClick={open}
    >
      <span role="gridcell" class="explorer-name">
        <span
          class={`explorer-tick${isSelected ? " explorer-ticked" : ""}`}
          aria-hidden="true"
          onClick={(event) => {
            event.stopPropagation();
            select(toggled(selection, name));
          }}
        />
        <PictureOf name={name} kind={kind} />
        {kind === "other" ? (
          <bdi>{visible(name)}</bdi>
        ) : (
          <a href={href} tabIndex={-1} draggable={false}>
            <bdi>{visible(name)}</bdi>
          </a>
        )}
        {link !== null && <small class="soft">{words.linkTo({ target: visible(link) })}</small>}
        {explorer.open.value.has(name) && <small class="explorer-open">{words.inUse()}</small>}
        {isPublic && <small class="explorer-public">{words.published()}</small>}
      </span>
      <span role="gridcell" class="explorer-size">
        {kind === "file" ? sizeText(entry.size, language.value) : ""}
      </span>
      <span role="gridcell" class="explorer-mtime" title={exactly(entry.mtime)}>
        {ago(entry.mtime)}
      </span>
    </div>
  );
}
