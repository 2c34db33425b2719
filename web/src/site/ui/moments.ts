/** Moments in words, in the language of the page. */
import { language } from "../strings.ts";

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 365 * 86_400_000],
  ["month", 30 * 86_400_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

const formats = new Map<string, Intl.RelativeTimeFormat>();

/** How long ago that was: `3 hours ago`. */
export function ago(moment: number, now: number = Date.now()): string {
  const code = language.value;
  const format = formats.get(code) ?? new Intl.RelativeTimeFormat(code, { numeric: "auto" });
  formats.set(code, format);
  const past = Math.max(0, now - moment);
  for (const [unit, length] of UNITS) if (past >= length) return format.format(-Math.floor(past / length), unit);
  return format.format(0, "minute");
}

/** The day, as one that stands above what happened on it. */
export function day(moment: number): string {
  return new Intl.DateTimeFormat(language.value, { dateStyle: "full" }).format(moment);
}

/** The day, as short as it is clear. */
export function date(moment: number): string {
  return new Intl.DateTimeFormat(language.value, { dateStyle: "medium" }).format(moment);
}

export function clock(moment: number): string {
  return new Intl.DateTimeFormat(language.value, { timeStyle: "short" }).format(moment);
}

export function exactly(moment: number): string {
  return new Intl.DateTimeFormat(language.value, { dateStyle: "medium", timeStyle: "short" }).format(moment);
}
