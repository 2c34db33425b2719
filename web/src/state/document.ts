/**
 * A document that is open in this page: the seam between the live channel and the editors.
 *
 * A document lives until it is disposed. When the server has another generation of it, what is here is sent as a
 * rescue, this one is disposed (its status becomes `closed`), and a new one is made: editors are mounted anew.
 */
import type { ReadonlySignal } from "@preact/signals";
import type { Awareness } from "y-protocols/awareness";
import type * as Y from "yjs";
import type { DocumentEvent, KernelInfo, StdinRequest } from "../wire/events.ts";
import type { CommMessage, IncomingMessage, OutgoingMessage } from "../wire/frames.ts";
import type { Json, JsonObject } from "../wire/json.ts";

export type { DocumentEvent, KernelInfo, StdinRequest } from "../wire/events.ts";
export type { CommMessage } from "../wire/frames.ts";
export type { Json, JsonObject } from "../wire/json.ts";

export type DocumentKind = "notebook" | "text" | "terminal";
/** What the account may do with the document here. */
export type Right = "edit" | "run" | "save" | "export";
/** `offline`: edits are kept here and will be sent; `closed`: nothing happens any more. */
export type DocumentStatus = "opening" | "live" | "offline" | "closed";

/** A call that the agent answered with an error, or that could not be answered (`offline`, `closed`). */
export class CallError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "CallError";
    this.code = code;
  }
}

/** The file has not the name any more by which it was opened: its path now, or null if it is gone. */
export interface Elsewhere {
  readonly path: string | null;
}

/** `apply` takes in what others have done; `isAnswer`: perhaps for a long time, in which there was no connection. */
export type Around = (apply: () => void, isAnswer: boolean) => void;

export interface LiveDocument {
  readonly projectId: string;
  readonly path: string;
  readonly kind: DocumentKind;
  readonly ydoc: Y.Doc;
  readonly awareness: Awareness;
  readonly status: ReadonlySignal<DocumentStatus>;
  /** Whether the content has arrived; stays true when the connection goes. */
  readonly synced: ReadonlySignal<boolean>;
  readonly readonly: ReadonlySignal<boolean>;
  readonly may: ReadonlySignal<ReadonlySet<Right>>;
  /** How many updates the server has not yet made durable. */
  readonly unacknowledged: ReadonlySignal<number>;
  /** Whether edits exist that are not yet in the file. */
  readonly dirty: ReadonlySignal<boolean>;
  readonly elsewhere: ReadonlySignal<Elsewhere | null>;
  readonly kernel: ReadonlySignal<KernelInfo>;
  readonly stdin: ReadonlySignal<StdinRequest | null>;
  /** Ask the agent (docs/live.md, "Calls"); rejects with `CallError`, also when the connection goes meanwhile. */
  call(method: string, params: JsonObject, signal?: AbortSignal): Promise<Json>;
  /** Returns what ends it. */
  onEvent(listener: (event: DocumentEvent) => void): () => void;
  sendComm(message: CommMessage): void;
  onComm(listener: (message: CommMessage) => void): () => void;
  /** What comes and goes as it is, which is all that a terminal has: its Yjs document stays empty. */
  sendMessage(message: OutgoingMessage): void;
  onMessage: ((message: IncomingMessage) => void) | null;
  /** What has to see the document before and after others change it. */
  around: Around;
  /** Have all that is in another document in this one, by its content. */
  unite(ydoc: Y.Doc): void;
  dispose(): void;
}
