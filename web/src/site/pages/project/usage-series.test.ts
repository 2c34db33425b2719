import { expect, test } from "vitest";
import { coresOf, polyline } from "./usage-series.ts";

const at = (time: number, cpu_seconds: number | null) => ({
  time,
  cpu_seconds,
  memory_bytes: null,
  processes: null,
  disk_bytes: 0,
});

test("cores are the processor time between two measurements; a restart is a gap", () => {
  expect(coresOf([at(0, 1), at(2000, 2), at(4000, 0.1), at(6000, null), at(8000, 1)])).toEqual([
    null,
    0.5,
    null,
    null,
    null,
  ]);
});

test("a line is broken where nothing is known, and does not rise above its limit", () => {
  expect(polyline([0, 50, null, 100, 400], 100)).toEqual(["55,100 56,50", "58,0 59,0"]);
  expect(polyline([null, 5], 100)).toEqual([]);
});
