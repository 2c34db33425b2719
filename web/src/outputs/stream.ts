/**
 * Text that grows at its end, cut into chunks of whole lines, so that appending costs what is appended.
 *
 * A chunk is never changed: a longer text shares all chunks but the last with the shorter one. The look of a line
 * depends on escape sequences before it, so each chunk carries the style that is in force where it begins.
 */
import { type AnsiSpan, type AnsiStyle, PLAIN, parseAnsi } from "./ansi.ts";

const LINES_PER_CHUNK = 200;
const UNITS_PER_CHUNK = 16_384;

export class StreamChunk {
  readonly text: string;
  readonly lines: number;
  readonly #before: StreamChunk | null;
  #parsed: { spans: readonly AnsiSpan[]; end: AnsiStyle } | null = null;

  constructor(text: string, lines: number, before: StreamChunk | null) {
    this.text = text;
    this.lines = lines;
    this.#before = before;
  }

  get spans(): readonly AnsiSpan[] {
    return this.parse().spans;
  }

  private parse() {
    this.#parsed ??= parseAnsi(this.text, this.#before?.parse().end ?? PLAIN);
    return this.#parsed;
  }
}

export class StreamText {
  static readonly EMPTY = new StreamText([], 0, 0);

  readonly chunks: readonly StreamChunk[];
  /** In UTF-16 code units. */
  readonly length: number;
  readonly lines: number;

  private constructor(chunks: readonly StreamChunk[], length: number, lines: number) {
    this.chunks = chunks;
    this.length = length;
    this.lines = lines;
  }

  static of(text: string): StreamText {
    return StreamText.EMPTY.withTail(0, text);
  }

  /** This text up to `at` (UTF-16 code units), then `tail`. */
  withTail(at: number, tail: string): StreamText {
    const chunks = [...this.chunks];
    let [length, lines] = [this.length, this.lines];
    let text = tail;
    for (let last = chunks.at(-1); last && (length > at || !isFull(last)); last = chunks.at(-1)) {
      chunks.pop();
      length -= last.text.length;
      lines -= last.lines;
      if (length < at) text = last.text.slice(0, at - length) + text;
    }
    for (const piece of pieces(text)) {
      const chunk = new StreamChunk(piece.text, piece.lines, chunks.at(-1) ?? null);
      chunks.push(chunk);
      lines += piece.lines;
    }
    return new StreamText(chunks, length + text.length, lines);
  }

  toString(): string {
    return this.chunks.map((chunk) => chunk.text).join("");
  }
}

function isFull(chunk: StreamChunk): boolean {
  return chunk.text.endsWith("\n") && (chunk.lines >= LINES_PER_CHUNK || chunk.text.length >= UNITS_PER_CHUNK);
}

/** Cuts after line ends, when a piece has enough lines or units; a line is never cut. */
function* pieces(text: string): Generator<{ text: string; lines: number }> {
  let [start, end, lines] = [0, 0, 0];
  while (end < text.length) {
    const lineEnd = text.indexOf("\n", end);
    end = lineEnd < 0 ? text.length : lineEnd + 1;
    lines += 1;
    const full = lines >= LINES_PER_CHUNK || end - start >= UNITS_PER_CHUNK;
    if (!full && end < text.length) continue;
    yield { text: text.slice(start, end), lines };
    [start, lines] = [end, 0];
  }
}
