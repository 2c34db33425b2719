/** The tokens of our look as colours that a terminal understands. */
import type { ITheme } from "@xterm/xterm";

const ANSI = [
  "black",
  "red",
  "green",
  "yellow",
  "blue",
  "magenta",
  "cyan",
  "white",
  "brightBlack",
  "brightRed",
  "brightGreen",
  "brightYellow",
  "brightBlue",
  "brightMagenta",
  "brightCyan",
  "brightWhite",
] as const;

/** As they are for this element now. */
export function themeOf(element: HTMLElement): ITheme {
  const probe = element.ownerDocument.createElement("span");
  element.append(probe);
  const read = (token: string): string => {
    probe.style.color = `var(--${token})`;
    return getComputedStyle(probe).color;
  };
  const theme = {
    background: read("bg"),
    foreground: read("fg"),
    cursor: read("fg"),
    cursorAccent: read("bg"),
    selectionBackground: read("selection"),
    ...Object.fromEntries(ANSI.map((name, index) => [name, read(`ansi-${index}`)])),
  };
  probe.remove();
  return theme;
}
