/** Which rows of a long list are seen. Browsers end elements at some millions of pixels; beyond, scrolling is faster. */

/** Firefox ends an element at 17.8 million pixels. */
const MOST_PX = 15_000_000;

export interface Seen {
  readonly first: number;
  /** The one after the last. */
  readonly end: number;
  /** How far the first one is above the top, in px. */
  readonly above: number;
}

/** How high the area is that is scrolled, in px. */
export function scrolledHeight(count: number, rowPx: number): number {
  return Math.min(count * rowPx, MOST_PX);
}

export function seen(count: number, rowPx: number, top: number, heightPx: number): Seen {
  const room = scrolledHeight(count, rowPx) - heightPx;
  const all = count * rowPx - heightPx;
  const at = room <= 0 ? 0 : (Math.min(Math.max(top, 0), room) / room) * all;
  const first = Math.floor(at / rowPx);
  return { first, end: Math.min(count, Math.ceil((at + heightPx) / rowPx) + 1), above: at - first * rowPx };
}
