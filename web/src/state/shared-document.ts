/** The `LiveDocument` that a channel of the live connection feeds. */
import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import type { Opened } from "../wire/control.ts";
import { type DocumentEvent, type KernelInfo, NO_KERNEL, parseEvent, type StdinRequest } from "../wire/events.ts";
import type { CommMessage, IncomingMessage, OutgoingMessage } from "../wire/frames.ts";
import { isOneOf, type Json, type JsonObject } from "../wire/json.ts";
import { Calls } from "./calls.ts";
import {
  type Around,
  CallError,
  type DocumentKind,
  type DocumentStatus,
  type Elsewhere,
  type LiveDocument,
  type Right,
} from "./document.ts";
import { Outbox, type Outlet } from "./outbox.ts";
import { Presence } from "./presence.ts";

const NOWHERE: Outlet = { isCongested: () => false, send: () => undefined };
const RIGHTS: readonly Right[] = ["edit", "run", "save", "export"];

export class SharedDocument implements LiveDocument {
  readonly projectId: string;
  readonly path: string;
  readonly kind: DocumentKind;
  readonly generation: string;
  readonly ydoc = new Y.Doc();
  readonly awareness: Awareness;
  readonly status: Signal<DocumentStatus> = signal("opening");
  readonly synced: Signal<boolean> = signal(false);
  readonly readonly: Signal<boolean>;
  readonly may: Signal<ReadonlySet<Right>>;
  readonly unacknowledged: ReadonlySignal<number>;
  readonly dirty: ReadonlySignal<boolean>;
  readonly elsewhere: Signal<Elsewhere | null> = signal(null);
  readonly kernel: Signal<KernelInfo> = signal(NO_KERNEL);
  readonly stdin: Signal<StdinRequest | null> = signal(null);
  onMessage: ((message: IncomingMessage) => void) | null = null;
  around: Around = (apply) => apply();
  readonly #outlet: Outlet;
  readonly #outbox: Outbox;
  readonly #calls: Calls;
  readonly #presence: Presence;
  readonly #isBehind: Signal<boolean> = signal(false);
  readonly #events = new Set<(event: DocumentEvent) => void>();
  readonly #comms = new Set<(message: CommMessage) => void>();
  #rescue: { readonly seq: number; readonly done: () => void } | null = null;

  constructor(outlet: Outlet, projectId: string, opened: Opened) {
    this.projectId = projectId;
    this.path = opened.path;
    this.kind = opened.kind;
    this.generation = opened.generation;
    this.readonly = signal(opened.readonly);
    this.may = signal(rightsOf(opened));
    this.#outlet = outlet;
    this.#outbox = new Outbox(outlet);
    this.#calls = new Calls((message) => outlet.send(message));
    this.#presence = new Presence(this.ydoc, opened.kind === "terminal" ? NOWHERE : outlet);
    this.awareness = this.#presence.awareness;
    this.unacknowledged = this.#outbox.unacknowledged;
    this.dirty = computed(() => this.#isBehind.value || this.unacknowledged.value > 0);
    this.ydoc.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin !== this) this.#outbox.add(update);
    });
  }

  /** A channel is open: both ends begin by telling what they have. */
  attach(opened: Opened): void {
    batch(() => {
      this.readonly.value = opened.readonly;
      this.may.value = rightsOf(opened);
      if (this.kind === "terminal") this.synced.value = true;
      if (this.synced.value) this.status.value = "live";
    });
    if (this.kind === "terminal") return;
    this.#outlet.send({ kind: "sync1", vector: Y.encodeStateVector(this.ydoc) });
    this.#presence.announce();
  }

  /** Give what is here to an agent that has another generation; resolves when it is safe, and not if the channel goes. */
  rescue(): Promise<void> {
    return new Promise((resolve) => this.#sendRescue(resolve));
  }

  /** The channel is gone. */
  detach(): void {
    if (this.status.value === "live") this.status.value = "offline";
    this.#rescue = null;
    this.#outbox.detach();
    this.#presence.detach();
    this.#calls.fail("offline", "the connection to the server was lost");
  }

  /** Throws if the agent sends an update that is none. */
  receive(message: IncomingMessage): void {
    this.onMessage?.(message);
    switch (message.kind) {
      case "sync1":
        if (this.#rescue === null && !this.readonly.value) this.#outbox.answer(this.ydoc, message.vector);
        return;
      case "sync2":
      case "update":
        return this.#receiveUpdate(message.update, message.kind === "sync2");
      case "awareness":
        return this.#presence.receive(message.update);
      case "ack":
        return this.#acknowledged(message.seq);
      case "reply":
        return this.#calls.replied(message.reply);
      case "event":
        return this.#receiveEvent(message.value);
      case "comm":
        for (const listener of this.#comms) listener(message.message);
    }
  }

  unite(ydoc: Y.Doc): void {
    this.#outbox.unite(ydoc);
  }

  call(method: string, params: JsonObject, signal?: AbortSignal): Promise<Json> {
    if (this.status.value === "live") return this.#calls.call(method, params, signal);
    return Promise.reject(new CallError(this.status.value, "there is no connection to the server"));
  }

  onEvent(listener: (event: DocumentEvent) => void): () => void {
    this.#events.add(listener);
    return () => this.#events.delete(listener);
  }

  sendComm(message: CommMessage): void {
    if (this.status.value === "live") this.#outlet.send({ kind: "comm", message });
  }

  onComm(listener: (message: CommMessage) => void): () => void {
    this.#comms.add(listener);
    return () => this.#comms.delete(listener);
  }

  sendMessage(message: OutgoingMessage): void {
    this.#outlet.send(message);
  }

  dispose(): void {
    this.detach();
    this.status.value = "closed";
    this.#presence.dispose();
    this.ydoc.destroy();
  }

  #receiveUpdate(update: Uint8Array, isAnswer: boolean): void {
    if (this.#rescue !== null) return;
    this.around(() => Y.applyUpdate(this.ydoc, update, this), isAnswer);
    if (!isAnswer) return;
    batch(() => {
      this.synced.value = true;
      this.status.value = "live";
    });
  }

  #acknowledged(seq: number): void {
    this.#outbox.acknowledge(seq);
    if (this.#rescue === null || seq < this.#rescue.seq) return;
    if (this.unacknowledged.value > 0)
      this.#sendRescue(this.#rescue.done); // somebody went on typing meanwhile
    else this.#rescue.done();
  }

  #sendRescue(done: () => void): void {
    this.#rescue = { seq: this.#outbox.rescue(this.ydoc, this.generation), done };
  }

  #receiveEvent(value: unknown): void {
    const event = parseEvent(value);
    if (event === null) return;
    if (event.event === "kernel") this.kernel.value = event.kernel;
    else if (event.event === "stdin") this.stdin.value = event.request;
    else if (event.event === "dirty") this.#isBehind.value = event.dirty;
    else if (event.event === "outside" && event.what !== "changed" && event.what !== "invalid")
      this.elsewhere.value = event.what === "back" || event.path === this.path ? null : event;
    for (const listener of this.#events) listener(event);
  }
}

function rightsOf(opened: Opened): ReadonlySet<Right> {
  const rights = opened.may.filter((right) => isOneOf(right, RIGHTS));
  return new Set(opened.readonly ? rights.filter((right) => right === "export") : rights);
}
