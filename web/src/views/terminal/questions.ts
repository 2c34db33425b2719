/**
 * What programs may ask a terminal, or make it do, by what they write.
 *
 * Of several pages that show a terminal one answers, and none answers what it is shown again. Nothing from a sandbox may
 * set the clipboard (OSC 52) or read a title; xterm knows neither by itself, and reports no sizes of windows.
 */
import type { Terminal } from "@xterm/xterm";

const CONTROLS = [
  { final: "c" },
  { prefix: ">", final: "c" },
  { final: "n" },
  { prefix: "?", final: "n" },
  { intermediates: "$", final: "p" },
  { prefix: "?", intermediates: "$", final: "p" },
] as const;
const COLORS = [4, 10, 11, 12];
const CLIPBOARD = 52;

/** Leave questions unanswered except while `answers` says so. */
export function limitAnswers(terminal: Terminal, answers: () => boolean): void {
  const swallow = (): boolean => !answers();
  for (const id of CONTROLS) terminal.parser.registerCsiHandler(id, swallow);
  terminal.parser.registerDcsHandler({ intermediates: "$", final: "q" }, swallow);
  for (const number of COLORS) terminal.parser.registerOscHandler(number, (data) => data.includes("?") && !answers());
  terminal.parser.registerOscHandler(CLIPBOARD, () => true);
}
