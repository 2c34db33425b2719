/** Waiting for a signal to have a value. */
import type { ReadonlySignal } from "@preact/signals";

/** Resolves with the first value (the present one counts) that is wanted; rejects if aborted. */
export function until<T>(source: ReadonlySignal<T>, isWanted: (value: T) => boolean, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = new AbortController();
    const stop = source.subscribe((value) => {
      if (!isWanted(value) || end.signal.aborted) return;
      end.abort();
      resolve(value);
    });
    end.signal.addEventListener("abort", () => stop());
    if (end.signal.aborted) return stop();
    const fail = (): void => {
      end.abort();
      reject(signal?.reason);
    };
    if (signal?.aborted) return fail();
    signal?.addEventListener("abort", fail, { signal: end.signal });
  });
}
