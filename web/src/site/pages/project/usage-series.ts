/** Measurements one after another, as lines of a chart. */
import type { Usage } from "../../projects.ts";

export const SAMPLES = 60;

/** Cores that were busy between each measurement and the one before; null where one of the two says nothing. */
export function coresOf(seen: readonly Usage[]): readonly (number | null)[] {
  return seen.map((now, index) => {
    const before = seen[index - 1];
    if (before === undefined || now.cpu_seconds === null || before.cpu_seconds === null) return null;
    const seconds = (now.time - before.time) / 1000;
    if (seconds <= 0 || now.cpu_seconds < before.cpu_seconds) return null; // another sandbox
    return (now.cpu_seconds - before.cpu_seconds) / seconds;
  });
}

/** The points of a line for each stretch without a gap; the last value is at the right, the limit is at the top. */
export function polyline(values: readonly (number | null)[], limit: number): readonly string[] {
  const lines: string[][] = [[]];
  for (const [index, value] of values.entries()) {
    if (value === null) lines.push([]);
    else {
      const x = SAMPLES - values.length + index;
      const y = 100 - 100 * Math.min(1, value / limit);
      lines.at(-1)?.push(`${x},${Math.round(y * 10) / 10}`);
    }
  }
  return lines.filter((points) => points.length > 1).map((points) => points.join(" "));
}
