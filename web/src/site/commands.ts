/** What can be done here by name: pages add their commands while they are shown, and the palette finds among all. */
import { useEffect } from "preact/hooks";
import { useSite } from "./site.ts";

export interface SiteCommand {
  readonly name: string;
  /** What it is about, such as the project of a file. */
  readonly about?: string;
  /** Keys that do it too, as keyboards name them. */
  readonly keys?: string;
  run(): unknown;
}

/** Asked when the palette opens. */
export type CommandSource = () => readonly SiteCommand[] | Promise<readonly SiteCommand[]>;

export class Commands {
  readonly #sources = new Set<CommandSource>();

  /** Returns what takes them away again. */
  add(source: CommandSource): () => void {
    this.#sources.add(source);
    return () => this.#sources.delete(source);
  }

  /** Those of the page first. What cannot be had is left out. */
  async all(): Promise<readonly SiteCommand[]> {
    const answers = await Promise.allSettled([...this.#sources].reverse().map((source) => source()));
    return answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
  }
}

/** Offer these while the view is shown. */
export function useCommands(source: CommandSource, inputs: readonly unknown[]): void {
  const { commands } = useSite();
  useEffect(() => commands.add(source), [commands, ...inputs]);
}

/** What keys open from anywhere. */
export type Overlay = "palette" | "keys";

/** What a key asks for that nothing in the page has taken, or null. */
export function overlayOf(event: KeyboardEvent): Overlay | null {
  if (event.defaultPrevented || event.altKey) return null;
  const key = event.key.toLowerCase();
  const isMod = event.ctrlKey || event.metaKey;
  if (isMod && event.shiftKey && key === "p") return "palette";
  if (isTyping(event.target)) return null;
  if (isMod) return key === "k" && !event.shiftKey ? "palette" : null;
  return key === "?" ? "keys" : null;
}

/** A dialog that has just closed may still have the focus. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const dialog = target.closest("dialog");
  if (dialog !== null) return dialog.open;
  return target.isContentEditable || target.closest("input, textarea, select, .xterm") !== null;
}
