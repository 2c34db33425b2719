/** Short messages at the edge of the page: what was done, with a way back, or what failed. */
import { type Signal, signal } from "@preact/signals";

export interface Toast {
  readonly text: string;
  readonly tone: "plain" | "bad";
  /** What can be done about it. */
  readonly action?: { readonly label: string; act(): void } | undefined;
}

const SHOWN_MS = 8000;

export class Toasts {
  readonly shown: Signal<readonly Toast[]> = signal([]);

  tell(text: string, action?: Toast["action"]): void {
    this.#add({ text, tone: "plain", action });
  }

  /** It stays until it is dismissed. */
  complain(text: string, action?: Toast["action"]): void {
    this.#add({ text, tone: "bad", action });
  }

  dismiss(toast: Toast): void {
    this.shown.value = this.shown.value.filter((other) => other !== toast);
  }

  #add(toast: Toast): void {
    this.shown.value = [...this.shown.value, toast];
    if (toast.tone === "plain") setTimeout(() => this.dismiss(toast), SHOWN_MS);
  }
}
