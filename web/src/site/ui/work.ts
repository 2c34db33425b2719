/** Things under way: what was asked of the server, and how it went. */
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { inWords } from "./problems.ts";

export type Loaded<T> =
  | { readonly state: "loading" }
  | { readonly state: "failed"; readonly problem: string }
  | { readonly state: "here"; readonly value: T };

export interface Loading<T> {
  readonly now: ReadonlySignal<Loaded<T>>;
  /** Ask anew; what is there stays until the answer comes. */
  reload(): void;
  /** Show something else than what was loaded, such as what will be true in a moment. */
  put(value: T): void;
}

/**
 * Load what a view shows, and again when one of `inputs` changes. When `version` does, what is there stays until the
 * answer comes.
 */
export function useLoading<T>(
  load: (signal: AbortSignal) => Promise<T>,
  inputs: readonly unknown[],
  version = 0,
): Loading<T> {
  const loader = useMemo(() => new Loader(load), inputs);
  useEffect(() => {
    loader.reload();
    return () => loader.end();
  }, [loader, version]);
  return loader;
}

class Loader<T> implements Loading<T> {
  readonly now: Signal<Loaded<T>> = signal({ state: "loading" });
  readonly #load: (signal: AbortSignal) => Promise<T>;
  #ending = new AbortController();

  constructor(load: (signal: AbortSignal) => Promise<T>) {
    this.#load = load;
  }

  reload(): void {
    this.end();
    const ending = new AbortController();
    this.#ending = ending;
    this.#load(ending.signal).then(
      (value) => ending.signal.aborted || this.put(value),
      (error) => ending.signal.aborted || this.#fail(error),
    );
  }

  put(value: T): void {
    this.now.value = { state: "here", value };
  }

  end(): void {
    this.#ending.abort();
  }

  #fail(error: unknown): void {
    this.now.value = { state: "failed", problem: inWords(error) };
  }
}

/** Something that a button does: whether it is under way, and why it failed last. */
export class Work {
  readonly busy: Signal<boolean> = signal(false);
  readonly problem: Signal<string | null> = signal(null);

  /** Do it, unless it is under way already; resolves to whether it was done. */
  async run(act: () => Promise<unknown>): Promise<boolean> {
    if (this.busy.peek()) return false;
    this.busy.value = true;
    this.problem.value = null;
    try {
      await act();
      return true;
    } catch (error) {
      this.problem.value = inWords(error);
      return false;
    } finally {
      this.busy.value = false;
    }
  }
}

export function useWork(): Work {
  return useMemo(() => new Work(), []);
}
