/** The look of our page, as far as it is told to sandboxed frames. */
import type { FrameTheme } from "../frame/protocol.ts";

export function themeOf(element: Element, mode: "light" | "dark"): FrameTheme {
  const style = getComputedStyle(element.parentElement ?? element);
  return { mode, color: style.color, background: groundOf(element) };
}

/** The first background that is not transparent, from the element outwards. */
function groundOf(element: Element): string {
  for (let at: Element | null = element; at; at = at.parentElement) {
    const color = getComputedStyle(at).backgroundColor;
    if (color !== "transparent" && !color.endsWith(", 0)")) return color;
  }
  return "Canvas";
}
