/** Who else is in a document and where: awareness states between this page and the channel. */
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from "y-protocols/awareness";
import type * as Y from "yjs";
import type { Outlet } from "./outbox.ts";

/** Cursors of people who type need not be sent more often than this. */
const GATHER_MS = 40;

interface Changes {
  readonly added: number[];
  readonly updated: number[];
  readonly removed: number[];
}

export class Presence {
  readonly awareness: Awareness;
  readonly #outlet: Outlet;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ydoc: Y.Doc, outlet: Outlet) {
    this.awareness = new Awareness(ydoc);
    this.#outlet = outlet;
    this.awareness.on("update", ({ added, updated, removed }: Changes, origin: unknown) => {
      const isOwn = [...added, ...updated, ...removed].includes(ydoc.clientID);
      if (isOwn && origin !== this) this.#timer ??= setTimeout(() => this.announce(), GATHER_MS);
    });
  }

  /** Tell where we are. */
  announce(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const update = encodeAwarenessUpdate(this.awareness, [this.awareness.clientID]);
    this.#outlet.send({ kind: "awareness", update });
  }

  receive(update: Uint8Array): void {
    applyAwarenessUpdate(this.awareness, update, this);
  }

  /** The channel is gone: of others nothing is known any more. */
  detach(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const others = [...this.awareness.getStates().keys()].filter((client) => client !== this.awareness.clientID);
    removeAwarenessStates(this.awareness, others, this);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.awareness.destroy();
    clearTimeout(this.#timer);
  }
}
