/** A terminal of the agent: what a screen shows, and what is typed (docs/live.md, "Terminals"). */
import { effect, type Signal, signal } from "@preact/signals";
import type { IncomingMessage, OutgoingMessage } from "../wire/frames.ts";
import {
  input,
  OUTPUT,
  parseTerminalEvent,
  resize,
  type TerminalEvent,
  type TerminalSize,
  taken,
} from "../wire/terminal.ts";
import type { LiveDocument } from "./document.ts";

/** What shows a terminal. */
export interface TerminalScreen {
  /** Work bytes through; each `done` is called when its own are and before the next. */
  write(bytes: Uint8Array, done: () => void): void;
}

const HIDDEN: TerminalSize = { columns: 0, rows: 0 };
/** The reset of a terminal (RIS). */
const RESET = new Uint8Array([0x1b, 0x63]);
/** How much has been worked through before the agent is told. */
const TELL_BYTES = 32 * 1024;
const MOST_TYPED_BYTES = 32 * 1024;
/** What a screen works through without a pause. */
const STEP_BYTES = 8 * 1024;

export class LiveTerminal {
  /** What the agent has decided; null before it has. */
  readonly size: Signal<TerminalSize | null> = signal(null);
  readonly isRunning: Signal<boolean> = signal(true);
  /** Something was typed last while there was no connection. It is never sent: the shell may wait for something else. */
  readonly isRefused: Signal<boolean> = signal(false);
  readonly #document: LiveDocument;
  readonly #screen: TerminalScreen;
  readonly #end: () => void;
  #fits: TerminalSize | null = null;
  /** How much of the output to come has been shown before. */
  #history = 0;
  #isInHistory = true;
  #mayAnswer = false;
  #isLive = false;
  #channel = 0;
  #taken = 0;
  #reported = 0;

  constructor(document: LiveDocument, screen: TerminalScreen) {
    this.#document = document;
    this.#screen = screen;
    document.onMessage = (message) => this.#receive(message);
    this.#end = effect(() => {
      this.#isLive = document.status.value === "live";
      this.#attach();
    });
  }

  /** Whether a question in what the screen is working through is to be answered by it. */
  get answers(): boolean {
    return this.#mayAnswer && !this.#isInHistory;
  }

  /** Tell what the screen has room for; null while it is not visible. */
  fit(size: TerminalSize | null): void {
    const { columns, rows } = size ?? HIDDEN;
    if (this.#fits?.columns === columns && this.#fits.rows === rows) return;
    this.#fits = { columns, rows };
    this.#send(resize(this.#fits));
  }

  type(bytes: Uint8Array): void {
    this.isRefused.value = !this.#isLive;
    for (let start = 0; start < bytes.length; start += MOST_TYPED_BYTES)
      this.#send(input(bytes.subarray(start, start + MOST_TYPED_BYTES)));
  }

  dispose(): void {
    this.#end();
    this.#document.onMessage = null;
  }

  /** The channel is another, or gone; the agent sends nothing on one before it knows what fits here. */
  #attach(): void {
    this.#channel += 1;
    this.#taken = 0;
    this.#reported = 0;
    if (this.#fits !== null) this.#send(resize(this.#fits));
  }

  #receive(message: IncomingMessage): void {
    if (message.kind === "other" && message.code === OUTPUT) return this.#show(message.payload);
    const event = message.kind === "event" ? parseTerminalEvent(message.value) : null;
    if (event !== null) this.#told(event);
  }

  #show(bytes: Uint8Array): void {
    const known = bytes.subarray(0, this.#history);
    const fresh = bytes.subarray(known.length);
    this.#history -= known.length;
    const isEnd = this.#history === 0;
    if (known.length > 0)
      this.#write(known, () => {
        if (isEnd) this.#isInHistory = false;
      });
    if (fresh.length > 0) this.#write(fresh);
  }

  #told(event: TerminalEvent): void {
    switch (event.event) {
      case "size":
        this.size.value = event;
        this.#mayAnswer = event.answers;
        return;
      case "shell":
        this.isRunning.value = event.running;
        return;
      case "history":
        this.#history = event.bytes;
        this.#screen.write(RESET, () => {
          this.#isInHistory = event.bytes > 0;
        });
    }
  }

  #write(bytes: Uint8Array, done?: () => void): void {
    const channel = this.#channel;
    const step = bytes.subarray(0, STEP_BYTES);
    const rest = bytes.subarray(step.length);
    this.#screen.write(step, () => {
      if (rest.length === 0) done?.();
      if (channel === this.#channel) this.#take(step.length);
    });
    if (rest.length > 0) this.#write(rest, done);
  }

  #send(message: OutgoingMessage): void {
    if (this.#isLive) this.#document.sendMessage(message);
  }

  #take(size: number): void {
    this.#taken += size;
    if (this.#taken - this.#reported < TELL_BYTES) return;
    this.#reported = this.#taken;
    this.#send(taken(this.#taken));
  }
}
