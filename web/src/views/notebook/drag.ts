/** Cells that are dragged to another place: the selected ones together, with a mark where they would go. */
import "./drag.css";
import type { Page } from "./page.ts";
import { scrollerOf } from "./scroll.ts";

/** So near to an edge of the visible part (px) it scrolls, at most by so much (px) a frame. */
const EDGE = 60;
const FASTEST = 20;

/** Drag what is selected, with a pointer that went down on a handle; ends by itself. */
export function drag(page: Page, handle: HTMLElement, { button, pointerId, clientY }: PointerEvent): void {
  if (button !== 0) return;
  try {
    handle.setPointerCapture(pointerId);
  } catch {
    return; // it has gone up meanwhile
  }
  handle.focus({ preventScroll: true }); // keeps the toolbar, and brings the Escape key here
  new Drag(page, handle, clientY);
}

class Drag {
  private readonly end = new AbortController();
  private readonly root: Element;
  private readonly scroller: HTMLElement | null;
  /** The position before which the cells would go; `null` until the pointer has moved. */
  private place: number | null = null;

  constructor(
    private readonly page: Page,
    handle: HTMLElement,
    private y: number,
  ) {
    this.root = handle.closest(".cells") as Element;
    this.scroller = scrollerOf(handle);
    const { signal } = this.end;
    handle.addEventListener("pointermove", (event) => this.move(event.clientY), { signal });
    handle.addEventListener("pointerup", () => this.drop(), { signal });
    handle.addEventListener("lostpointercapture", (event) => event.target === handle && this.stop(), { signal });
    addEventListener("keydown", (event) => event.key === "Escape" && this.stop(), { signal, capture: true });
    requestAnimationFrame(this.scroll);
  }

  private move(y: number): void {
    this.y = y;
    this.point();
  }

  /** Mark the place that the pointer is at. */
  private point(): void {
    const cells = this.cells();
    const place = cells.findIndex((cell) => this.y < middleOf(cell));
    this.place = place < 0 ? cells.length : place;
    const ids = this.page.open.selection.selected.peek();
    for (const [index, cell] of cells.entries()) {
      cell.toggleAttribute("data-dragged", ids.includes(cell.dataset.cell ?? ""));
      const isLast = index === cells.length - 1;
      cell.dataset.drop = index === place ? "before" : place < 0 && isLast ? "after" : "";
    }
  }

  private readonly scroll = (): void => {
    if (this.end.signal.aborted) return;
    requestAnimationFrame(this.scroll);
    if (!this.scroller || this.place === null) return;
    const { top, bottom } = this.scroller.getBoundingClientRect();
    const beyond = Math.min(0, this.y - top - EDGE) + Math.max(0, this.y - bottom + EDGE);
    const before = this.scroller.scrollTop;
    this.scroller.scrollTop += Math.max(-FASTEST, Math.min(FASTEST, beyond / 3));
    if (this.scroller.scrollTop !== before) this.point();
  };

  private drop(): void {
    const { place } = this;
    this.stop();
    if (place !== null) this.page.open.move(this.page.open.selection.selected.peek(), place);
  }

  private stop(): void {
    this.end.abort();
    for (const cell of this.cells()) {
      delete cell.dataset.drop;
      delete cell.dataset.dragged;
    }
  }

  private cells(): HTMLElement[] {
    return [...this.root.querySelectorAll<HTMLElement>(":scope > .cell")];
  }
}

function middleOf(cell: Element): number {
  const { top, height } = cell.getBoundingClientRect();
  return top + height / 2;
}
