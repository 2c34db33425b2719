/** A table of any length: only the rows that are seen are in the page. */
import "./table.css";
import { useComputed } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { language } from "../../state/language.ts";
import { say } from "../../state/say.ts";
import type { Rows } from "./rows.ts";
import { type Seen, scrolledHeight, seen } from "./window.ts";

const ROW_PX = 28;
/** Rows at the beginning and at the end by which the columns and their widths are chosen. */
const SAMPLE = 200;
const [LEAST_CH, MOST_CH] = [4, 48];

interface TableProps {
  /** The first one names the columns. */
  readonly rows: Rows;
  readonly label: string;
}

export function Table({ rows, label }: TableProps): VNode {
  const area = useRef<HTMLElement>(null);
  const [height, top] = useScroll(area);
  const count = Math.max(0, rows.count.value - 1);
  const widths = useComputed(() => widthsOf(rows)).value;
  const shown = seen(count, ROW_PX, top, Math.max(0, height - ROW_PX));
  const columns = `${String(count).length + 3}ch ${widths.map((width) => `${width + 2}ch`).join(" ")}`;
  return (
    <>
      <section
        class="table-area"
        ref={area}
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
      >
        <div class="table-length" style={{ height: `${scrolledHeight(count, ROW_PX) + ROW_PX}px` }}>
          {/* biome-ignore lint/a11y/useSemanticElements: rows that are not seen are not in the page */}
          <div
            class="table-window"
            role="table"
            aria-label={label}
            aria-rowcount={count + 1}
            style={{ "--columns": columns, height: `${height}px` }}
          >
            <Row cells={rows.cells(0)} number={0} columns={widths.length} />
            <Body rows={rows} seen={shown} columns={widths.length} />
          </div>
        </div>
      </section>
      <p class="table-count" role="status">
        {rows.isWhole.value
          ? say("{count} rows", { count: count.toLocaleString(language.value) })
          : say("Counting rows…")}
      </p>
    </>
  );
}

interface BodyProps {
  readonly rows: Rows;
  readonly seen: Seen;
  readonly columns: number;
}

function Body({ rows, seen: { first, end, above }, columns }: BodyProps): VNode {
  const numbers = Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index + 1);
  return (
    // biome-ignore lint/a11y/useSemanticElements: as the table
    <div role="rowgroup" class="table-body">
      <div style={{ transform: `translateY(${-above}px)` }} role="presentation">
        {numbers.map((number) => (
          <Row key={number % (numbers.length + 1)} cells={rows.cells(number)} number={number} columns={columns} />
        ))}
      </div>
    </div>
  );
}

interface RowProps {
  readonly cells: readonly string[];
  readonly number: number;
  readonly columns: number;
}

function Row({ cells, number, columns }: RowProps): VNode {
  const isHead = number === 0;
  return (
    // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: as the table
    <div role="row" class={isHead ? "table-row table-head" : "table-row"} aria-rowindex={number + 1}>
      <span role={isHead ? "columnheader" : "rowheader"} class="table-number">
        {isHead ? "#" : number}
      </span>
      {Array.from({ length: Math.max(columns, cells.length) }, (_, index) => (
        <span
          key={index}
          role={isHead ? "columnheader" : "cell"}
          title={cells[index]}
          data-number={isNumeric(cells[index])}
        >
          {cells[index]}
        </span>
      ))}
    </div>
  );
}

function isNumeric(cell: string | undefined): "" | undefined {
  return cell && /^\s*[-+]?[\d.,]*\d(e[-+]?\d+)?\s*%?$/i.test(cell) ? "" : undefined;
}

/** How wide each column is, in characters. */
function widthsOf(rows: Rows): readonly number[] {
  const widths: number[] = [];
  const end = rows.isWhole.value ? rows.count.peek() : 0;
  for (let index = 0; index < 2 * SAMPLE; index += 1) {
    for (const [column, cell] of rows.cells(index < SAMPLE ? index : end - 1 - index + SAMPLE).entries()) {
      widths[column] = Math.min(MOST_CH, Math.max(widths[column] ?? LEAST_CH, cell.length));
    }
  }
  return widths;
}

/** The height of an element that scrolls and how far it is scrolled, in px. */
function useScroll(area: { readonly current: HTMLElement | null }): readonly [height: number, top: number] {
  const [height, setHeight] = useState(0);
  const [top, setTop] = useState(0);
  useEffect(() => {
    const element = area.current as HTMLElement;
    const watcher = new ResizeObserver(() => setHeight(element.clientHeight));
    watcher.observe(element);
    const scrolled = (): void => setTop(element.scrollTop);
    element.addEventListener("scroll", scrolled, { passive: true });
    return () => {
      watcher.disconnect();
      element.removeEventListener("scroll", scrolled);
    };
  }, []);
  return [height, top];
}
