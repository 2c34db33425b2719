/** Waiting between attempts: longer each time, never in step with other pages, and over at once when there is hope. */

const FIRST_MS = 500;
const MOST_MS = 30_000;

/** Delays that double, each between half and all of its size. */
export class Backoff {
  #next = FIRST_MS;

  /** How long to wait now, in ms. */
  next(): number {
    const most = this.#next;
    this.#next = Math.min(most * 2, MOST_MS);
    return most / 2 + (Math.random() * most) / 2;
  }

  reset(): void {
    this.#next = FIRST_MS;
  }
}

/** Resolves after some ms, early when the page comes back to the network or to sight; rejects if aborted. */
export function waitForHope(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = new AbortController();
    const finish = (act: () => void) => () => {
      end.abort();
      clearTimeout(timer);
      act();
    };
    const timer = setTimeout(finish(resolve), ms);
    onHope(finish(resolve), end.signal);
    signal.addEventListener(
      "abort",
      finish(() => reject(signal.reason)),
      { signal: end.signal },
    );
    if (signal.aborted) finish(() => reject(signal.reason))();
  });
}

/** Call back whenever the network returns or the page is looked at again: timers may have slept until now. */
export function onHope(listener: () => void, signal: AbortSignal): void {
  globalThis.addEventListener?.("online", listener, { signal });
  globalThis.document?.addEventListener("visibilitychange", () => document.hidden || listener(), { signal });
}
