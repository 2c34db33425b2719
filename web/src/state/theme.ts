/** Light or dark: what was chosen for this page, else what the reader's system prefers. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { ThemeChoice } from "./address.ts";

export class Theme {
  readonly choice: Signal<ThemeChoice>;
  readonly shown: ReadonlySignal<"light" | "dark">;
  readonly #end = new AbortController();

  constructor(choice: ThemeChoice) {
    this.choice = signal(choice);
    const query = globalThis.matchMedia?.("(prefers-color-scheme: dark)");
    const prefersDark = signal(query?.matches ?? false);
    const changed = (event: MediaQueryListEvent): void => {
      prefersDark.value = event.matches;
    };
    query?.addEventListener("change", changed, { signal: this.#end.signal });
    this.shown = computed(() => {
      if (this.choice.value !== "auto") return this.choice.value;
      return prefersDark.value ? "dark" : "light";
    });
  }

  dispose(): void {
    this.#end.abort();
  }
}
