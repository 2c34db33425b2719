import { expect, test } from "vitest";
import { FramePool, type Tenant } from "./frame-pool.ts";

function tenant(name: string, gone: string[]): Tenant & { near: boolean } {
  return { near: false, evict: () => gone.push(name) };
}

test("the frame that was near longest ago goes first", () => {
  const gone: string[] = [];
  const pool = new FramePool(2);
  const [a, b, c] = [tenant("a", gone), tenant("b", gone), tenant("c", gone)];
  pool.admit(a);
  pool.admit(b);
  pool.admit(a);
  pool.admit(c);
  expect(gone).toEqual(["b"]);
});

test("frames that are seen stay, however many they are", () => {
  const gone: string[] = [];
  const pool = new FramePool(1);
  const [a, b, c] = [tenant("a", gone), tenant("b", gone), tenant("c", gone)];
  for (const one of [a, b, c]) {
    one.near = true;
    pool.admit(one);
  }
  expect(gone).toEqual([]);
  a.near = false;
  pool.leave(b);
  pool.admit(c);
  expect(gone).toEqual(["a"]);
});
