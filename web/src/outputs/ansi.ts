/**
 * Colours and weights of terminal text: "Select Graphic Rendition" of ECMA-48, 256 and true colours included.
 *
 * Other escape sequences are dropped: carriage returns and cursor movements were resolved by the agent.
 */

/** A colour of the palette (0 … 15), which the theme decides on, or a fixed one as `rgb(…)`. */
export type AnsiColor = number | string;

export interface AnsiStyle {
  readonly color: AnsiColor | null;
  readonly background: AnsiColor | null;
  readonly bold: boolean;
  readonly faint: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly strike: boolean;
  readonly inverse: boolean;
}

export interface AnsiSpan {
  readonly text: string;
  readonly style: AnsiStyle;
}

export const PLAIN: AnsiStyle = {
  color: null,
  background: null,
  bold: false,
  faint: false,
  italic: false,
  underline: false,
  strike: false,
  inverse: false,
};

// CSI with its final byte, OSC up to its terminator, two-character escapes, lone control characters.
const SEQUENCE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
  /\x1b\[([0-9;:]*)m|\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]|[\x00-\x08\x0b-\x1f\x7f]/g;

/** The spans of a text that begins in style `start`, and the style in force at its end. */
export function parseAnsi(text: string, start: AnsiStyle = PLAIN): { spans: readonly AnsiSpan[]; end: AnsiStyle } {
  const spans: AnsiSpan[] = [];
  let style = start;
  let from = 0;
  const emit = (to: number) => {
    if (to > from) spans.push({ text: text.slice(from, to), style });
  };
  for (const match of text.matchAll(SEQUENCE)) {
    emit(match.index);
    from = match.index + match[0].length;
    if (match[1] !== undefined) style = withCodes(style, match[1]);
  }
  emit(text.length);
  return { spans, end: style };
}

/** The text without escape sequences. */
export function plainText(text: string): string {
  return text.replace(SEQUENCE, "");
}

const SWITCHES: Readonly<Record<number, Partial<AnsiStyle>>> = {
  0: PLAIN,
  1: { bold: true },
  2: { faint: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  9: { strike: true },
  21: { underline: true },
  22: { bold: false, faint: false },
  23: { italic: false },
  24: { underline: false },
  27: { inverse: false },
  29: { strike: false },
  39: { color: null },
  49: { background: null },
};

function withCodes(style: AnsiStyle, parameters: string): AnsiStyle {
  const codes = parameters.split(/[;:]/).map(Number);
  let result = style;
  while (codes.length > 0) result = { ...result, ...change(codes) };
  return result;
}

/** Takes one code, with the codes that belong to it, off the front of `codes`. */
function change(codes: number[]): Partial<AnsiStyle> {
  const code = codes.shift() ?? 0;
  if (code === 38) return { color: extended(codes) };
  if (code === 48) return { background: extended(codes) };
  if (code >= 30 && code <= 37) return { color: code - 30 };
  if (code >= 90 && code <= 97) return { color: code - 82 };
  if (code >= 40 && code <= 47) return { background: code - 40 };
  if (code >= 100 && code <= 107) return { background: code - 92 };
  return SWITCHES[code] ?? {};
}

function extended(codes: number[]): AnsiColor | null {
  const kind = codes.shift();
  if (kind === 5) return indexed(codes.shift() ?? 0);
  if (kind !== 2) return null;
  const [red = 0, green = 0, blue = 0] = codes.splice(0, 3).map((part) => Math.min(part, 255));
  return `rgb(${red}, ${green}, ${blue})`;
}

/** xterm's 256 colours: 16 of the palette, a cube of 6 × 6 × 6, 24 greys. */
function indexed(index: number): AnsiColor | null {
  if (index < 16) return index;
  if (index > 255) return null;
  if (index >= 232) return grey(8 + 10 * (index - 232));
  const cube = index - 16;
  const level = (step: number) => (step === 0 ? 0 : 55 + 40 * step);
  return `rgb(${level(Math.floor(cube / 36))}, ${level(Math.floor(cube / 6) % 6)}, ${level(cube % 6)})`;
}

function grey(level: number): string {
  return `rgb(${level}, ${level}, ${level})`;
}
