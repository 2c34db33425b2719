/** A file that is open in this page, from the wish to open it to its end; the channel and the document may change. */
import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { Backoff, waitForHope } from "../wire/backoff.ts";
import type { ChannelMessage, Opened } from "../wire/control.ts";
import type { IncomingMessage } from "../wire/frames.ts";
import type { ChannelUser, Connection } from "./connection.ts";
import type { Sentence } from "./say.ts";
import { SharedDocument } from "./shared-document.ts";
import type { Shown, Target } from "./shown.ts";

export type Phase =
  | { readonly name: "asking" | "starting" | "opening" | "open" }
  | { readonly name: "failed"; readonly code: string; readonly message: string };

/** What to open, and how. */
export interface OpenWish {
  readonly projectId: string;
  readonly path: string;
  readonly create: boolean;
  readonly target: Target;
}

/** What ends a document that was open is tried again, except for what trying cannot change. */
const FINAL = new Set(["bad_project", "bad_path", "not_found", "not_a_file", "unsupported", "forbidden", "readonly"]);

let lastNumber = 0;

export class OpenFile implements ChannelUser {
  /** In the order of opening. */
  readonly number = ++lastNumber;
  readonly projectId: string;
  readonly path: string;
  /** Whether to make the file if there is none. */
  create: boolean;
  readonly phase: ReadonlySignal<Phase>;
  /** Whether the server has let us in and carries the opening out. */
  readonly accepted: ReadonlySignal<boolean>;
  readonly document: ReadonlySignal<SharedDocument | null>;
  /** Set by the view while an editor shows the file. */
  readonly shown: Signal<Shown | null> = signal(null);
  /** The agent refused an edit, and what was here has been replaced; why. */
  readonly refusal: Signal<string | null> = signal(null);
  readonly dirty: ReadonlySignal<boolean>;
  readonly #phase: Signal<Phase> = signal({ name: "asking" });
  readonly #accepted: Signal<boolean> = signal(false);
  readonly #document: Signal<SharedDocument | null> = signal(null);
  readonly #connection: Connection;
  readonly #backoff = new Backoff();
  readonly #end = new AbortController();
  #target: Target;

  constructor(connection: Connection, wish: OpenWish) {
    this.#connection = connection;
    this.projectId = wish.projectId;
    this.path = wish.path;
    this.create = wish.create;
    this.#target = wish.target;
    this.phase = this.#phase;
    this.accepted = this.#accepted;
    this.document = this.#document;
    this.dirty = computed(() => this.#document.value?.dirty.value ?? false);
    connection.join(this);
  }

  /** Go to a place, now or when it is shown. */
  reveal(target: Target): void {
    const shown = this.shown.peek();
    this.#target = shown ? {} : target;
    shown?.reveal(target);
  }

  /** Where to go now that it is shown; the next time it is nowhere, for pages must not jump back by themselves. */
  takeTarget(): Target {
    const target = this.#target;
    this.#target = {};
    return target;
  }

  /** Ask again for what could not be opened, or is gone. */
  retry(): void {
    if (this.#phase.value.name === "failed") this.#phase.value = { name: "asking" };
    this.#connection.join(this);
  }

  /** What shows the file could not be loaded. */
  fail(code: string, message: string): void {
    this.#connection.leave(this);
    this.#document.value?.detach();
    this.#phase.value = { name: "failed", code, message };
  }

  dispose(): void {
    this.#end.abort();
    this.#connection.leave(this);
    this.#document.value?.dispose();
  }

  control(message: ChannelMessage): void {
    switch (message.t) {
      case "accepted":
        this.#accepted.value = true;
        return;
      case "progress":
        if (this.#document.value === null) this.#phase.value = { name: message.state };
        return;
      case "opened":
        return this.#opened(message);
      case "closed":
        return this.#closed(message.code, message.message);
    }
  }

  message(message: IncomingMessage): void {
    const document = this.#document.value;
    if (document === null) return;
    try {
      document.receive(message);
    } catch (error) {
      console.warn("a message of the document cannot be read", error);
      this.fail("internal", "The server sent something that cannot be read." satisfies Sentence);
    }
  }

  lost(): void {
    this.#document.value?.detach();
  }

  #opened(opened: Opened): void {
    this.#backoff.reset();
    const old = this.#document.value;
    if (old === null || old.kind !== opened.kind) return this.#begin(opened);
    old.elsewhere.value = null;
    if (old.generation === opened.generation) return old.attach(opened);
    if (opened.readonly || !old.synced.value) return this.#begin(opened);
    void old.rescue().then(() => this.#begin(opened));
  }

  /** Show a new document; the one there was is over. */
  #begin(opened: Opened): void {
    const outlet = {
      send: (message: Parameters<Connection["send"]>[1]) => this.#connection.send(this, message),
      isCongested: () => this.#connection.congested,
    };
    const document = new SharedDocument(outlet, this.projectId, opened);
    document.onEvent((event) => {
      if (event.event === "refused") this.#refused(event.message, document);
    });
    const old = this.#document.value;
    batch(() => {
      this.#document.value = document;
      this.#phase.value = { name: "open" };
    });
    old?.dispose();
    document.attach(opened);
  }

  /** An update was not taken, so what is here can never be sent: begin with what the agent has. */
  #refused(message: string, document: SharedDocument): void {
    if (this.#document.value !== document) return;
    this.refusal.value = message;
    this.#document.value = null;
    document.dispose();
    this.#connection.leave(this);
    this.#again();
  }

  #closed(code: string, message: string): void {
    const document = this.#document.value;
    document?.detach();
    const wasOpen = document !== null && !FINAL.has(code);
    if (document !== null && code === "not_found") document.elsewhere.value ??= { path: null };
    else if (wasOpen || code === "lost") this.#again();
    else this.#phase.value = { name: "failed", code, message };
  }

  /** Open it again on a new channel, after a while. */
  #again(): void {
    void waitForHope(this.#backoff.next(), this.#end.signal).then(
      () => this.#connection.join(this),
      () => undefined, // it was closed meanwhile
    );
  }
}
