/** Scrolling within the notebook only: `scrollIntoView` would move the pages around ours, too. */

/** The nearest area around the element that scrolls, if the page does not grow with its content. */
export function scrollerOf(element: Element): HTMLElement | null {
  return element.closest<HTMLElement>(".notebook:not([data-natural]) .notebook-scroller");
}

/** Bring an element into sight: as little as is needed, or to the top. */
export function scrollTo(element: Element, where: "nearest" | "top" = "nearest"): void {
  const scroller = scrollerOf(element);
  if (!scroller) return;
  const [box, view] = [element.getBoundingClientRect(), scroller.getBoundingClientRect()];
  if (where === "top" || box.top < view.top || box.height > view.height) {
    if (where === "nearest" && box.top < view.bottom - 80 && box.bottom > view.top + 80) return; // enough of it is seen
    scroller.scrollTop += box.top - view.top - 8;
  } else if (box.bottom > view.bottom) scroller.scrollTop += box.bottom - view.bottom + 8;
}
