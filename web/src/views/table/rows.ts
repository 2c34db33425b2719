/**
 * The rows of a text with separated values (RFC 4180, and what else is found): where each begins is looked up once, a
 * row is taken apart when it is shown. So a million rows need an index and no objects.
 */
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";

const SLICE_MS = 8;
/** Rows that are looked up before the clock is asked. */
const BATCH = 2_000;
const SEPARATORS = [",", ";", "\t", "|"] as const;

export class Rows {
  /** How many have been found so far. */
  readonly count: ReadonlySignal<number>;
  readonly isWhole: ReadonlySignal<boolean>;
  readonly separator: string;
  readonly #text: string;
  readonly #count: Signal<number> = signal(0);
  readonly #isWhole: Signal<boolean> = signal(false);
  /** Where each row begins, and where the last one ends. */
  #starts = new Uint32Array(1024);
  #found = 0;
  /** The next quote from where rows have been found on; infinite if there is none. */
  #quote = -1;

  constructor(text: string, separator: string) {
    this.#text = text.startsWith("\ufeff") ? text.slice(1) : text;
    this.separator = separator;
    this.count = this.#count;
    this.isWhole = this.#isWhole;
  }

  /** Find all rows, a few milliseconds at a time, so that the page goes on meanwhile. */
  async find(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.findSome(SLICE_MS)) await new Promise((next) => setTimeout(next));
  }

  /** Go on finding for a time; true at the end of the text. */
  findSome(ms: number): boolean {
    const until = performance.now() + ms;
    let isWhole = false;
    do isWhole = this.#findBatch();
    while (!isWhole && performance.now() < until);
    this.#count.value = this.#found;
    this.#isWhole.value = isWhole;
    return isWhole;
  }

  /** The cells of a row that has been found. */
  cells(row: number): readonly string[] {
    const [start, end] = [this.#starts[row], this.#starts[row + 1]];
    if (start === undefined || end === undefined || row >= this.#found) return [];
    return cellsOf(this.#text.slice(start, end).replace(/\r?\n$/, ""), this.separator);
  }

  #findBatch(): boolean {
    for (let rows = 0; rows < BATCH; rows += 1) {
      const start = this.#starts[this.#found] ?? 0;
      if (start >= this.#text.length) return true;
      this.#found += 1;
      if (this.#found === this.#starts.length) this.#grow();
      this.#starts[this.#found] = this.#endOf(start);
    }
    return false;
  }

  #grow(): void {
    const larger = new Uint32Array(this.#starts.length * 2);
    larger.set(this.#starts);
    this.#starts = larger;
  }

  /** Where the row ends that begins there: after the line's end that is in no quotes. */
  #endOf(start: number): number {
    for (let from = start; ; ) {
      const end = this.#text.indexOf("\n", from);
      if (end === -1) return this.#text.length;
      if (this.#quote < from) this.#quote = indexFrom(this.#text, '"', from);
      if (this.#quote > end) return end + 1;
      from = opens(this.#text, this.#quote, start, this.separator)
        ? closing(this.#text, this.#quote) + 1
        : this.#quote + 1;
      if (from >= this.#text.length) return this.#text.length;
    }
  }
}

/** What separates the cells of a file: a tab if its name says so, else what its first line has most of. */
export function separatorOf(path: string, text: string): string {
  if (/\.(tsv|tab)$/i.test(path)) return "\t";
  const first = text.slice(0, 10_000).split("\n", 1)[0] ?? "";
  const counted = SEPARATORS.map((separator) => ({ separator, count: first.split(separator).length }));
  return counted.reduce((most, other) => (other.count > most.count ? other : most)).separator;
}

/** The cells of one row, without the line's end. */
export function cellsOf(row: string, separator: string): readonly string[] {
  if (!row.includes('"')) return row.split(separator);
  const cells: string[] = [];
  for (let at = 0; at <= row.length; ) {
    const isQuoted = row[at] === '"';
    const close = isQuoted ? closing(row, at) : at;
    const end = Math.min(indexFrom(row, separator, isQuoted ? close + 1 : at), row.length);
    const rest = row.slice(isQuoted ? close + 1 : at, end);
    cells.push(isQuoted ? row.slice(at + 1, close).replaceAll('""', '"') + rest : rest);
    at = end + 1;
  }
  return cells;
}

/** A quote opens a cell only where one begins; elsewhere it is a character like others. */
function opens(text: string, quote: number, rowStart: number, separator: string): boolean {
  return quote === rowStart || text[quote - 1] === separator;
}

/** The quote that closes what the one at `open` opened, or the end of the text. */
function closing(text: string, open: number): number {
  for (let at = open + 1; ; at += 2) {
    at = indexFrom(text, '"', at);
    if (text[at + 1] !== '"') return Math.min(at, text.length);
  }
}

function indexFrom(text: string, part: string, from: number): number {
  const index = text.indexOf(part, from);
  return index === -1 ? Number.POSITIVE_INFINITY : index;
}
