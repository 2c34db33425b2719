/** Judges what is posted to this window: who may speak, and what is a request. */
import type { Config } from "../wire/config.ts";
import { isObject, type Unknowns } from "../wire/json.ts";
import { isAllowedParent } from "./parents.ts";
import { ACTIONS, type Action, type Code, echoId, type Peer, post, type Request } from "./protocol.ts";

const PER_SECOND = 50;

/** The windows around this one, or those of a test. */
export type Ancestry = Pick<Window, "parent">;

export class Inbox {
  readonly #self: Ancestry;
  readonly #config: Config;
  #peer: Peer | null = null;
  #origins: () => readonly string[] | null = () => null;
  #recent: number[] = [];
  #hasWarned = false;

  constructor(self: Ancestry, config: Config) {
    this.#self = self;
    this.#config = config;
  }

  /** Who last passed the tests of origin: events go there. */
  get peer(): Peer | null {
    return this.#peer;
  }

  /** From now on listen to no other origins than those that are asked for here; null: to all that are allowed. */
  restrict(origins: () => readonly string[] | null): void {
    this.#origins = origins;
  }

  /** Whether pages of this origin are listened and spoken to. */
  admits(origin: string): boolean {
    const { parents, dev } = this.#config;
    return isAllowedParent(origin, parents, dev) && (this.#origins()?.includes(origin) ?? true);
  }

  /** The request in a message; null if it is dropped or has been answered with an error. */
  receive(event: MessageEvent<unknown>): Request | null {
    const peer = this.#peerOf(event);
    if (peer === null || isReplyOrEvent(event.data) || this.#isFlood()) return null;
    this.#peer = peer;
    return judge(event.data, peer);
  }

  #peerOf(event: MessageEvent<unknown>): Peer | null {
    const source = event.source;
    if (source === null || !this.#isAncestor(source)) return null;
    if (!this.admits(event.origin)) return null;
    return { window: source as Window, origin: event.origin };
  }

  #isAncestor(source: MessageEventSource): boolean {
    for (let window = this.#self; window.parent !== window; window = window.parent) {
      if (window.parent === source) return true;
    }
    return false;
  }

  #isFlood(): boolean {
    const now = performance.now();
    this.#recent = [...this.#recent.filter((time) => time > now - 1000), now].slice(-PER_SECOND - 1);
    const isFlood = this.#recent.length > PER_SECOND;
    if (isFlood) this.#recent.pop();
    if (isFlood && !this.#hasWarned) console.warn(`more than ${PER_SECOND} messages a second: some are dropped`);
    this.#hasWarned ||= isFlood;
    return isFlood;
  }
}

/** Two pages that answer each other's answers would never end. */
function isReplyOrEvent(data: unknown): boolean {
  return isObject(data) && !("action" in data) && ("status" in data || "event" in data);
}

function judge(data: unknown, peer: Peer): Request | null {
  if (data === null || data === undefined) return refuse(peer, {}, "bad_message", 'There is no payload "data"');
  if (typeof data !== "object") return refuse(peer, {}, "bad_message", 'The payload "data" must be an object');
  const fields = data as Unknowns;
  const action = ACTIONS.find((known) => known === fields.action);
  if (action !== undefined) return { action, fields, peer };
  return refuse(peer, fields, "unknown_action", `Unknown action '${textOf(fields.action)}'`);
}

function refuse(peer: Peer, fields: Unknowns, code: Code, mesg: string): null {
  post(peer, { ...echoId(fields), status: "error", mesg, code });
  return null;
}

/** As a template would write it; hostile objects cannot be written. */
export function textOf(value: unknown): string {
  try {
    return `${value}`;
  } catch {
    return typeof value;
  }
}

export type { Action };
