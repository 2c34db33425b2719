/** Requests that wait for their replies, with or without an `id` to tell replies apart. */

import { CarrelError } from "./errors.ts";
import type { Fields, Reply } from "./wire.ts";

interface Pending {
  readonly message: Fields;
  readonly onAck: () => void;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: CarrelError) => void;
  timer?: ReturnType<typeof setTimeout>;
  posted: boolean;
  acked: boolean;
}

export interface Asking {
  onAck?: () => void;
  /** Post it at once, also while others are held back. */
  urgent?: boolean;
}

export class Conversation {
  #pending: Pending[] = [];
  #lastId = 0;
  #held = true;

  constructor(
    private readonly post: (message: Fields) => void,
    private readonly timeoutMs: number,
  ) {}

  /** Ask; the promise is settled by the reply that ends the request. */
  request(message: Fields, { onAck = () => {}, urgent = false }: Asking = {}): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const asked = { ...message, id: ++this.#lastId };
      const pending: Pending = { message: asked, onAck, resolve, reject, posted: false, acked: false };
      const late = new CarrelError("timeout", `no answer to '${String(message.action)}'`);
      pending.timer = setTimeout(() => this.#end(pending, () => reject(late)), this.timeoutMs);
      this.#pending.push(pending);
      if (urgent || !this.#held) this.#say(pending);
    });
  }

  /** Keep requests back until the frame can take them; it may also have forgotten what it was asked before. */
  hold(): void {
    this.#held = true;
  }

  /** Post what was held back, in order, and from now on everything. */
  release(): void {
    this.#held = false;
    for (const pending of this.#pending) if (!pending.posted) this.#say(pending);
  }

  /** Take a reply; the server bounds what it has acknowledged, so our limit ends there. */
  receive(reply: Reply): void {
    const pending = this.#find(reply);
    if (!pending) return;
    if (reply.status === "ack") {
      clearTimeout(pending.timer);
      pending.acked = true;
      pending.onAck();
    } else if (reply.status === "done") {
      this.#end(pending, () => pending.resolve(reply));
    } else {
      this.#end(pending, () => pending.reject(errorOf(reply)));
    }
  }

  /** Give up what is pending, or of that only what was posted. */
  cancel(error: CarrelError, which: "all" | "posted" = "all"): void {
    for (const pending of this.#pending)
      if (which === "all" || pending.posted) this.#end(pending, () => pending.reject(error));
  }

  #say(pending: Pending): void {
    pending.posted = true;
    this.post(pending.message);
  }

  #end(pending: Pending, settle: () => void): void {
    clearTimeout(pending.timer);
    this.#pending = this.#pending.filter((other) => other !== pending);
    settle();
  }

  #find(reply: Reply): Pending | undefined {
    const posted = this.#pending.filter((pending) => pending.posted);
    if (reply.id !== undefined) return posted.find(({ message }) => message.id === reply.id);
    const action = actionOf(reply);
    return posted.find(
      ({ message, acked }) =>
        same(action, message.action) &&
        same(reply.project_id, message.project_id) &&
        same(reply.path, message.path) &&
        !(reply.status === "ack" && acked),
    );
  }
}

const same = (theirs: unknown, ours: unknown): boolean => theirs === undefined || theirs === ours;

/** What a reply without `id` and perhaps without `action` answers, as far as its content tells. */
function actionOf(reply: Reply): unknown {
  if (reply.action !== undefined) return reply.action;
  if (reply.connection ?? reply.open_files) return "status";
  if (reply.mesg === "all files are closed") return "closeall";
  const text = String(reply.mesg);
  const unknown = /^Unknown action '(.*)'$/.exec(text);
  if (unknown) return unknown[1];
  return /project|path/.test(text) ? "open" : undefined;
}

function errorOf(reply: Reply): CarrelError {
  const text = String(reply.mesg);
  const code = reply.code ?? (text.startsWith("Unknown action") ? "unknown_action" : "internal");
  return new CarrelError(String(code), text, reply);
}
