/** The page around this frame, as the one that events are told to. */
import type { Snapshot } from "../state/snapshots.ts";
import type { Inbox } from "./inbox.ts";
import { type Peer, post } from "./protocol.ts";

export type Event =
  | {
      readonly event: "ready";
      readonly protocol: number;
      readonly actions: readonly string[];
      readonly version: string;
    }
  | { readonly event: "auth-required"; readonly reason: string }
  | { readonly event: "dirty"; readonly project_id: string; readonly path: string; readonly dirty: boolean }
  | {
      readonly event: "saved";
      readonly project_id: string;
      readonly path: string;
      readonly mtime: number;
      readonly cause: string;
    }
  | {
      readonly event: "resize";
      readonly project_id: string;
      readonly path: string;
      readonly height: number;
      readonly width: number;
    }
  | { readonly event: "kernel"; readonly project_id: string; readonly path: string; readonly state: string }
  | ({ readonly event: "submit" } & Snapshot)
  | { readonly event: "blocked"; readonly path: string }
  | { readonly event: "error"; readonly code: string; readonly mesg: string };

/** What of the window says who embeds it. */
export interface Surroundings {
  readonly parent: Pick<Window, "postMessage">;
  readonly ancestorOrigins: readonly string[];
  readonly referrer: string;
  readonly ownOrigin: string;
}

export class Parent {
  readonly #inbox: Pick<Inbox, "peer" | "admits">;
  readonly #first: Peer | null;

  constructor(inbox: Pick<Inbox, "peer" | "admits">, around: Surroundings, hint: string | null) {
    this.#inbox = inbox;
    const origin = likelyOrigin(around, hint);
    this.#first = origin === null ? null : { window: around.parent, origin };
  }

  /** Tell who spoke to us last, or before that the page that most likely embeds us; nobody if that is not allowed. */
  tell(event: Event): void {
    this.send(event);
  }

  /** As `tell`, for messages of other protocols. */
  send(message: object): void {
    const peer = this.#inbox.peer ?? this.#first;
    if (peer !== null && this.#inbox.admits(peer.origin)) post(peer, message);
  }
}

function likelyOrigin({ ancestorOrigins, referrer, ownOrigin }: Surroundings, hint: string | null): string | null {
  const [first] = ancestorOrigins;
  if (first !== undefined) return first;
  const from = URL.canParse(referrer) ? new URL(referrer).origin : ownOrigin;
  return from === ownOrigin ? hint : from;
}
