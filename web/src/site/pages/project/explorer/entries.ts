/** Entries of directories: which of them are shown, in which order, and how their names and sizes are written. */
import type { Entry, Kind } from "../../../files.ts";

export const COLUMNS = ["name", "size", "mtime"] as const;
export type Column = (typeof COLUMNS)[number];

export interface Order {
  readonly column: Column;
  readonly isDown: boolean;
}

/** What somebody wants to see of a directory. */
export interface Wish {
  readonly order: Order;
  readonly text: string;
  readonly hidden: boolean;
}

let collator: { readonly language: string; readonly compare: Intl.Collator["compare"] } | null = null;

/** How names are compared; a collator costs too much to be made for each list. */
function comparing(language: string): Intl.Collator["compare"] {
  if (collator?.language !== language)
    collator = { language, compare: new Intl.Collator(language, { numeric: true }).compare };
  return collator.compare;
}

export function shown(entries: readonly Entry[], { order, text, hidden }: Wish, language: string): readonly Entry[] {
  const wanted = text.toLocaleLowerCase();
  const seen = entries.filter(
    ({ name }) => (hidden || !name.startsWith(".")) && name.toLocaleLowerCase().includes(wanted),
  );
  const compare = comparing(language);
  const direction = order.isDown ? -1 : 1;
  return seen.sort(
    (one, other) =>
      Number(other.kind === "directory") - Number(one.kind === "directory") ||
      direction * (order.column === "name" ? compare(one.name, other.name) : one[order.column] - other[order.column]) ||
      compare(one.name, other.name),
  );
}

/** The order after a column's head was pressed: large and new things first, names from A. */
export function pressed(order: Order, column: Column): Order {
  return { column, isDown: order.column === column ? !order.isDown : column !== "name" };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to be seen
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\uef80-\uefff]/g;

/** A name with all that is in it: what cannot be seen, or changes how the rest is read, is written as its number. */
export function visible(name: string): string {
  return name.replace(UNSEEN, (character) => {
    const code = character.charCodeAt(0);
    const [sign, number, digits] = code >= 0xef80 && code <= 0xefff ? ["x", code - 0xef00, 2] : ["u", code, 4];
    return `\\${sign}${number.toString(16).padStart(digits, "0")}`;
  });
}

const UNITS = ["B", "kB", "MB", "GB", "TB"];

export function sizeText(bytes: number, language: string): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.5 ? 0 : 1;
  return `${value.toLocaleString(language, { maximumFractionDigits: digits })} ${UNITS[unit]}`;
}

export function joined(directory: string, name: string): string {
  return directory === "" ? name : `${directory}/${name}`;
}

/** The directory that something lies in; the home is empty. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** A name that is not taken: `a.txt`, `a (2).txt`, `a (3).txt`. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  const dot = name.lastIndexOf(".");
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
  let free = name;
  for (let number = 2; taken.has(free); number += 1) free = `${stem} (${number})${ending}`;
  return free;
}

export type Picture = "folder" | "notebook" | "image" | "text" | "package" | "terminal" | "other";

const PICTURES: readonly (readonly [Picture, RegExp])[] = [
  ["notebook", /\.ipynb$/i],
  ["image", /\.(png|jpe?g|gif|svg|webp|bmp|tiff?|pdf|mp4|webm|mov|mp3|wav|ogg)$/i],
  ["package", /\.(zip|tar|t?gz|xz|bz2|7z|zst)$/i],
  ["terminal", /\.term$/i],
];

export function picture(name: string, kind: Kind): Picture {
  if (kind === "directory") return "folder";
  if (kind === "other") return "other";
  return PICTURES.find(([, pattern]) => pattern.test(name))?.[0] ?? "text";
}
