/** Moments in words, in the language of the page. */
import { language } from "../../state/language.ts";

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 365 * 86_400_000],
  ["month", 30 * 86_400_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

/** Making a format costs more than using it a hundred times. */
const made = new Map<string, Intl.DateTimeFormat>();

function formatted(moment: number, options: Intl.DateTimeFormatOptions): string {
  const key = `${language.value} ${Object.values(options).join(" ")} ${Object.keys(options).join(" ")}`;
  const format = made.get(key) ?? new Intl.DateTimeFormat(language.value, options);
  made.set(key, format);
  return format.format(moment);
}

const relative = new Map<string, Intl.RelativeTimeFormat>();

/** How long ago that was: `3 hours ago`. */
export function ago(moment: number, now: number = Date.now()): string {
  const code = language.value;
  const format = relative.get(code) ?? new Intl.RelativeTimeFormat(code, { numeric: "auto" });
  relative.set(code, format);
  const past = Math.max(0, now - moment);
  for (const [unit, length] of UNITS) if (past >= length) return format.format(-Math.floor(past / length), unit);
  return format.format(0, "minute");
}

/** The day, as one that stands above what happened on it. */
export function day(moment: number): string {
  return formatted(moment, { dateStyle: "full" });
}

/** The day, as short as it is clear. */
export function date(moment: number): string {
  return formatted(moment, { dateStyle: "medium" });
}

export function clock(moment: number): string {
  return formatted(moment, { timeStyle: "short" });
}

export function exactly(moment: number): string {
  return formatted(moment, { dateStyle: "medium", timeStyle: "short" });
}
