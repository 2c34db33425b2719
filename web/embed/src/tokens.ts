/** Answers the frame's wish for a token: patiently, but not for ever. */

import { CarrelError } from "./errors.ts";
import type { Why } from "./types.ts";

const LIMIT_MS = 30_000;
const ATTEMPTS = 5;

/** Get a token and hand it over; failures wait twice as long each time. Rejects with `auth` when none was accepted. */
export async function authenticate(
  getToken: (why: Why) => Promise<string>,
  handOver: (token: string) => Promise<unknown>,
  why: Why,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS && !signal.aborted; attempt++) {
    try {
      await handOver(await within(LIMIT_MS, getToken(why)));
      return;
    } catch (error) {
      if (error instanceof CarrelError && error.code === "auth") why = "invalid";
      if (attempt < ATTEMPTS - 1) await pause(500 * 2 ** attempt, signal);
    }
  }
  throw new CarrelError("auth", "no token was accepted");
}

function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new CarrelError("timeout", "getToken took too long")), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
