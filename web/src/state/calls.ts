/** Calls to the agent that wait for their replies. */
import type { OutgoingMessage, Reply } from "../wire/frames.ts";
import type { Json, JsonObject } from "../wire/json.ts";
import { CallError } from "./document.ts";

interface Waiting {
  resolve(result: Json): void;
  reject(error: unknown): void;
}

export class Calls {
  readonly #send: (message: OutgoingMessage) => void;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  constructor(send: (message: OutgoingMessage) => void) {
    this.#send = send;
  }

  /** Rejects with `CallError`; when aborted, the reply is no longer waited for. */
  call(method: string, params: JsonObject, signal?: AbortSignal): Promise<Json> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const id = ++this.#lastId;
      const abort = (): void => {
        this.#waiting.delete(id);
        reject(signal?.reason);
      };
      const settled = (): void => signal?.removeEventListener("abort", abort);
      this.#waiting.set(id, {
        resolve: (result) => {
          settled();
          resolve(result);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      });
      signal?.addEventListener("abort", abort, { once: true });
      this.#send({ kind: "call", id, method, params });
    });
  }

  replied(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ("error" in reply) waiting?.reject(new CallError(reply.error.code, reply.error.message));
    else waiting?.resolve(reply.result);
  }

  /** No reply will come. */
  fail(code: string, message: string): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const one of waiting) one.reject(new CallError(code, message));
  }
}
