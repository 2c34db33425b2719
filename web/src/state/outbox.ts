/** Edits on their way to the agent: numbered, kept until it has them on disk, gathered while the network is slow. */
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import * as Y from "yjs";
import type { OutgoingMessage } from "../wire/frames.ts";

/** Where messages of a document go; nowhere while there is no channel. */
export interface Outlet {
  isCongested(): boolean;
  send(message: OutgoingMessage): void;
}

const GATHER_MS = 50;
const EMPTY_UPDATE_BYTES = 2;

export class Outbox {
  /** How many edits the agent has not yet acknowledged. */
  readonly unacknowledged: ReadonlySignal<number>;
  readonly #count: Signal<number> = signal(0);
  readonly #outlet: Outlet;
  /** Sequence number → edits in it, oldest first. */
  readonly #sent = new Map<number, number>();
  #gathered: Uint8Array[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastSeq = 0;
  #isFlowing = false;

  constructor(outlet: Outlet) {
    this.#outlet = outlet;
    this.unacknowledged = this.#count;
  }

  /** An edit was made here. Before the first answer to the agent it is enough to count it: the answer holds it. */
  add(update: Uint8Array): void {
    this.#count.value += 1;
    if (!this.#isFlowing) return;
    this.#gathered.push(update);
    this.#flush();
  }

  /** Answer the agent's state vector with all that it does not have. */
  answer(ydoc: Y.Doc, vector: Uint8Array): void {
    const update = Y.encodeStateAsUpdate(ydoc, vector);
    const seq = ++this.#lastSeq;
    const kept = this.#count.value - this.#underway();
    const edits = kept || (update.length > EMPTY_UPDATE_BYTES ? 1 : 0);
    if (edits > 0) this.#sent.set(seq, edits);
    this.#count.value += edits - kept;
    this.#gathered = [];
    this.#isFlowing = true;
    this.#outlet.send({ kind: "sync2", seq, update });
  }

  /** Send everything there is to an agent that made the document anew; the sequence number to wait for. */
  rescue(ydoc: Y.Doc, generation: string): number {
    const seq = ++this.#lastSeq;
    this.#sent.set(seq, this.#count.value - this.#underway());
    this.#outlet.send({ kind: "rescue", seq, generation, state: Y.encodeStateAsUpdate(ydoc) });
    return seq;
  }

  /** Send what the agent is to unite with the document, by its content and not by its history. */
  unite(ydoc: Y.Doc): void {
    const seq = ++this.#lastSeq;
    this.#sent.set(seq, 1);
    this.#count.value += 1;
    this.#outlet.send({ kind: "rescue", seq, generation: "", state: Y.encodeStateAsUpdate(ydoc) });
  }

  acknowledge(upTo: number): void {
    for (const [seq, edits] of this.#sent) {
      if (seq > upTo) return;
      this.#sent.delete(seq);
      this.#count.value -= edits;
    }
  }

  /** The channel is gone: what was not acknowledged is sent by the next answer. */
  detach(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isFlowing = false;
    this.#lastSeq = 0;
    this.#sent.clear();
    this.#gathered = [];
  }

  #underway(): number {
    return [...this.#sent.values()].reduce((sum, edits) => sum + edits, 0);
  }

  #flush(): void {
    if (this.#timer !== undefined || this.#gathered.length === 0) return;
    if (this.#outlet.isCongested()) {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#flush();
      }, GATHER_MS);
      return;
    }
    const seq = ++this.#lastSeq;
    this.#sent.set(seq, this.#gathered.length);
    const [first] = this.#gathered;
    const update = this.#gathered.length === 1 && first ? first : Y.mergeUpdates(this.#gathered);
    this.#gathered = [];
    this.#outlet.send({ kind: "update", seq, update });
  }
}
