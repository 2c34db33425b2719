/** Scrolling within the notebook only: `scrollIntoView` would move the pages around ours, too. */

type Where = "nearest" | "top";

/** What was brought into sight last, until the reader does something. */
let kept: { readonly element: Element; readonly where: Where } | null = null;
const ACTS = ["wheel", "touchmove", "pointerdown", "keydown"];
let sizes: ResizeObserver | null = null;

/** The nearest area around the element that scrolls, if the page does not grow with its content. */
export function scrollerOf(element: Element): HTMLElement | null {
  return element.closest<HTMLElement>(".notebook:not([data-natural]) .notebook-scroller");
}

/** Bring an element into sight: as little as is needed, or to the top. */
export function scrollTo(element: Element, where: Where = "nearest"): void {
  kept = { element, where };
  for (const act of ACTS) addEventListener(act, letGo, { capture: true, passive: true, once: true });
  const scroller = scrollerOf(element);
  if (!scroller) return;
  scroller.addEventListener("contentvisibilityautostatechange", keepInSight);
  sizes ??= new ResizeObserver(keepInSight);
  sizes.observe(scroller);
  bring(element, where);
}

/** Cells have got their real height, or a bar has come: what was brought into sight stays there. */
export function keepInSight(): void {
  if (kept?.element.isConnected) bring(kept.element, kept.where);
}

function letGo(): void {
  kept = null;
}

function bring(element: Element, where: Where): void {
  const scroller = scrollerOf(element);
  if (!scroller) return;
  const [box, view] = [element.getBoundingClientRect(), scroller.getBoundingClientRect()];
  if (where === "top" || box.top < view.top || box.height > view.height) {
    if (where === "nearest" && box.top < view.bottom - 80 && box.bottom > view.top + 80) return; // enough of it is seen
    scroller.scrollTop += box.top - view.top - 8;
  } else if (box.bottom > view.bottom) scroller.scrollTop += box.bottom - view.bottom + 8;
}
