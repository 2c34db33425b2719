/**
 * The keys of command mode, as in Jupyter: a key or a sequence of keys to the name of a command.
 *
 * Keys are written `Mod-Shift-x` with `Mod` for Ctrl, or Command on a Mac. Letters with Shift are written `Shift-m`.
 */
import type { Command } from "./notebook-command-names.ts";

/** Keys of command mode; a space parts the keys of a sequence. */
export const COMMAND_KEYS: Readonly<Record<string, Command>> = {
  Enter: "edit",
  "Mod-Enter": "run",
  "Ctrl-Enter": "run",
  "Shift-Enter": "run-and-advance",
  "Alt-Enter": "run-and-insert",
  k: "select-above",
  ArrowUp: "select-above",
  j: "select-below",
  ArrowDown: "select-below",
  "Shift-k": "extend-above",
  "Shift-ArrowUp": "extend-above",
  "Shift-j": "extend-below",
  "Shift-ArrowDown": "extend-below",
  "Mod-a": "select-all",
  a: "insert-above",
  b: "insert-below",
  "Mod-Shift-ArrowUp": "move-up",
  "Mod-Shift-ArrowDown": "move-down",
  "d d": "delete",
  z: "undo",
  "Mod-z": "undo",
  "Shift-z": "redo",
  "Mod-Shift-z": "redo",
  x: "cut",
  c: "copy",
  v: "paste-below",
  "Shift-v": "paste-above",
  "Shift-m": "merge",
  y: "to-code",
  m: "to-markdown",
  r: "to-raw",
  "1": "heading-1",
  "2": "heading-2",
  "3": "heading-3",
  "4": "heading-4",
  "5": "heading-5",
  "6": "heading-6",
  "Shift-h": "toggle-source",
  o: "toggle-outputs",
  "Shift-o": "toggle-scrolled",
  l: "toggle-line-numbers",
  "Shift-l": "toggle-line-numbers",
  "i i": "interrupt",
  "0 0": "restart",
  s: "save",
  "Mod-s": "save",
  f: "find",
  "Mod-f": "find",
  h: "shortcuts",
  "?": "shortcuts",
};

/** Keys that mean the same while a cell is edited; CodeMirror's names, which are ours. */
export const EDIT_KEYS: Readonly<Record<string, Command>> = {
  "Mod-Enter": "run",
  "Ctrl-Enter": "run",
  "Shift-Enter": "run-and-advance",
  "Alt-Enter": "run-and-insert",
  "Ctrl-Shift-Minus": "split",
  "Mod-Shift-ArrowUp": "move-up",
  "Mod-Shift-ArrowDown": "move-down",
  "Mod-s": "save",
  "Mod-f": "find",
};

/** Commands that change the document or the kernel; a read-only page has none of them. */
export const CHANGING: ReadonlySet<Command> = new Set<Command>([
  "run",
  "run-and-advance",
  "run-and-insert",
  "insert-above",
  "insert-below",
  "move-up",
  "move-down",
  "delete",
  "undo",
  "redo",
  "cut",
  "paste-below",
  "paste-above",
  "merge",
  "to-code",
  "to-markdown",
  "to-raw",
  "heading-1",
  "heading-2",
  "heading-3",
  "heading-4",
  "heading-5",
  "heading-6",
  "toggle-source",
  "toggle-outputs",
  "toggle-scrolled",
  "clear-outputs",
  "interrupt",
  "restart",
  "save",
  "split",
  "edit",
]);

/** The part of a keyboard event that matters here. */
export interface Press {
  readonly key: string;
  readonly code?: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
  readonly isComposing?: boolean;
}

/** How a press is written; `null` for a modifier alone or while an input method composes. */
export function chordOf(press: Press): string | null {
  if (press.isComposing || ["Control", "Shift", "Alt", "Meta", "Process", "Dead"].includes(press.key)) return null;
  const single = press.key.length === 1;
  const minus = press.code === "Minus" && press.ctrlKey && press.shiftKey;
  const key = minus ? "Minus" : single ? press.key.toLowerCase() : press.key;
  const letter = key.toUpperCase() !== key;
  const shift = press.shiftKey && (!single || letter || minus);
  const modifiers = [press.ctrlKey && "Ctrl-", press.metaKey && "Meta-", press.altKey && "Alt-", shift && "Shift-"];
  return modifiers.filter(Boolean).join("") + key;
}

/** Reads keys one by one, those of command mode unless it has others, and knows sequences. */
export class CommandKeys {
  private readonly table: ReadonlyMap<string, Command>;
  private before: { chord: string; at: number } | null = null;

  /** `mac` decides what `Mod` is; a sequence must come within `patience` milliseconds a key. */
  constructor(
    mac: boolean,
    keys: Readonly<Record<string, Command>> = COMMAND_KEYS,
    private readonly patience = 800,
  ) {
    const mod = mac ? "Meta-" : "Ctrl-";
    const entries = Object.entries(keys);
    this.table = new Map(entries.map(([written, command]) => [written.replaceAll("Mod-", mod), command]));
  }

  /** The command that the press completes; `"pending"` within a sequence; `null` for a key that means nothing. */
  read(press: Press, at: number): Command | "pending" | null {
    const chord = chordOf(press);
    if (chord === null) return this.before ? "pending" : null;
    const before = this.before && at - this.before.at <= this.patience ? this.before.chord : null;
    this.before = null;
    const second = before === null ? undefined : this.table.get(`${before} ${chord}`);
    const command = second ?? this.table.get(chord);
    if (command) return command;
    const begins = [...this.table.keys()].some((keys) => keys.startsWith(`${chord} `));
    if (begins) this.before = { chord, at };
    return begins ? "pending" : null;
  }
}
