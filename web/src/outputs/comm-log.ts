/**
 * The widgets of a document as far as this page has seen them, for frames that come later.
 *
 * A kernel that is busy answers no questions, and a progress bar is made by a cell that runs; so what a new frame needs
 * is kept here. Widgets from before the page was opened are asked of the kernel.
 */
import type { CommMessage } from "../state/document.ts";
import { isObject } from "../wire/json.ts";
import type { CommChannel } from "./context.ts";

/** More widgets than a page shows; the oldest are asked of the kernel again. */
const MOST = 2000;

const logs = new WeakMap<CommChannel, CommLog>();

export class CommLog {
  readonly #open = new Map<string, CommMessage[]>();

  /** The log of a document; begins when it is first asked for, and ends with the document. */
  static of(channel: CommChannel): CommLog {
    const known = logs.get(channel);
    if (known) return known;
    const log = new CommLog();
    logs.set(channel, log);
    channel.onComm((message) => log.#note(message));
    return log;
  }

  /** What makes the widgets anew, in order. */
  messages(): readonly CommMessage[] {
    return [...this.#open.values()].flat();
  }

  #note(message: CommMessage): void {
    const id = String(message.content.comm_id);
    const known = this.#open.get(id);
    if (message.msgType === "comm_close") this.#open.delete(id);
    else if (message.msgType === "comm_open") this.#add(id, message);
    else if (known) this.#open.set(id, merged(known, message));
  }

  #add(id: string, message: CommMessage): void {
    if (message.content.target_name !== "jupyter.widget") return;
    this.#open.set(id, [message]);
    const [oldest] = this.#open.keys();
    if (this.#open.size > MOST && oldest !== undefined) this.#open.delete(oldest);
  }
}

/** An update takes the place of one before it that named no more than it does; other messages are of the moment. */
function merged(before: readonly CommMessage[], message: CommMessage): CommMessage[] {
  const names = namesOf(message);
  if (!names) return [...before];
  const [opening, ...updates] = before;
  const kept = updates.filter((update) => ![...(namesOf(update) ?? [])].every((name) => names.has(name)));
  return [...(opening ? [opening] : []), ...kept, asUpdate(message)];
}

function namesOf({ content: { data } }: CommMessage): Set<string> | null {
  if (!isObject(data) || (data.method !== "update" && data.method !== "echo_update")) return null;
  return new Set(isObject(data.state) ? Object.keys(data.state) : []);
}

/** An echo is news to a frame that did not send what it echoes. */
function asUpdate(message: CommMessage): CommMessage {
  const { content } = message;
  const data = isObject(content.data) ? content.data : {};
  return { ...message, content: { ...content, data: { ...data, method: "update" } } as CommMessage["content"] };
}
