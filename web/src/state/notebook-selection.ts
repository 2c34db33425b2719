/**
 * Which cells are selected: the active one and the run of cells between it and the anchor.
 *
 * Cells are known by id. When others delete the active cell, the one that took its place becomes active.
 */

import type { ReadonlySignal } from "@preact/signals";
import { computed, signal } from "@preact/signals";

export type Mode = "command" | "edit";

export class Selection {
  readonly mode = signal<Mode>("command");
  private readonly head = signal<string | null>(null);
  private readonly anchor = signal<string | null>(null);
  private place = 0;

  /** The active cell; `null` only in an empty notebook. */
  readonly active: ReadonlySignal<string | null> = computed(() => this.head.value);
  /** All selected cells in their order, the active one among them. */
  readonly selected: ReadonlySignal<readonly string[]> = computed(() => this.run());

  constructor(private readonly ids: ReadonlySignal<readonly string[]>) {}

  /** Make a cell the only selected one. */
  activate(id: string): void {
    if (this.head.peek() !== id) this.mode.value = "command";
    this.anchor.value = this.head.value = id;
    this.remember();
  }

  /** Select everything from the anchor to this cell. */
  extendTo(id: string): void {
    this.head.value = id;
    this.mode.value = "command";
    this.remember();
  }

  selectAll(): void {
    const ids = this.ids.value;
    this.anchor.value = ids[0] ?? null;
    const last = ids.at(-1);
    if (last !== undefined) this.extendTo(last);
  }

  /** Go `by` cells on; returns the cell that is active now, or `null` at an end. */
  step(by: -1 | 1, how: "alone" | "extending" = "alone"): string | null {
    const ids = this.ids.value;
    const to = ids[ids.indexOf(this.head.value ?? "") + by];
    if (to === undefined || this.head.value === null) return null;
    if (how === "alone") this.activate(to);
    else this.extendTo(to);
    return to;
  }

  /** Bring the selection into agreement with the cells, after they changed. */
  settle(): void {
    const ids = this.ids.value;
    if (this.head.peek() === null || !ids.includes(this.head.peek() ?? "")) {
      const id = ids[Math.min(this.place, ids.length - 1)] ?? null;
      this.mode.value = "command";
      this.anchor.value = this.head.value = id;
    } else if (!ids.includes(this.anchor.peek() ?? "")) this.anchor.value = this.head.peek();
    this.remember();
  }

  private run(): readonly string[] {
    const ids = this.ids.value;
    const ends = [this.anchor.value, this.head.value].map((id) => ids.indexOf(id ?? ""));
    const [from = 0, to = 0] = ends.filter((index) => index >= 0).sort((a, b) => a - b);
    return this.head.value === null ? [] : ids.slice(from, Math.max(from, to) + 1);
  }

  private remember(): void {
    this.place = Math.max(0, this.ids.peek().indexOf(this.head.peek() ?? ""));
  }
}
