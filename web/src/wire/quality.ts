/** How good the connection is, judged by its round trips. */

export type Quality = "good" | "flaky" | "bad";

const REMEMBERED = 5;
const GOOD_MS = 400;
const FLAKY_MS = 2_500;

/** The last few round trips. */
export class RoundTrips {
  #times: number[] = [];

  add(ms: number): void {
    this.#times = [...this.#times, ms].slice(-REMEMBERED);
  }

  clear(): void {
    this.#times = [];
  }

  /** Mean in ms; undefined before the first. */
  get mean(): number | undefined {
    if (this.#times.length === 0) return undefined;
    return this.#times.reduce((sum, ms) => sum + ms, 0) / this.#times.length;
  }

  /** The quality of a connection that is up. */
  get quality(): Quality {
    const mean = this.mean ?? 0;
    if (mean <= GOOD_MS) return "good";
    return mean <= FLAKY_MS ? "flaky" : "bad";
  }
}
