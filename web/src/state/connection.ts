/**
 * The live connection of this page: kept up as long as somebody is signed in, measured, and shared by all documents.
 *
 * A channel is opened anew on each connection; what it is about (`ChannelUser`) outlives it.
 */
import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { Backoff, onHope, waitForHope } from "../wire/backoff.ts";
import type { ChannelMessage, ServerMessage } from "../wire/control.ts";
import type { IncomingMessage, OutgoingMessage } from "../wire/frames.ts";
import { type Quality, RoundTrips } from "../wire/quality.ts";
import { CLOSED, LiveSocket, type MakeWebSocket } from "../wire/socket.ts";
import type { Session } from "./session.ts";
import { until } from "./until.ts";

export type ConnectionStatus = "connecting" | "connected" | "disconnected";

/** Who uses a channel: told what happens to it. */
export interface ChannelUser {
  readonly projectId: string;
  readonly path: string;
  readonly create: boolean;
  control(message: ChannelMessage): void;
  message(message: IncomingMessage): void;
  /** The connection is gone, and the channel with it; it is opened anew when there is one. */
  lost(): void;
}

const PING_MS = 10_000;
const PONG_MS = 8_000;
const IMPATIENT_PONG_MS = 3_000;

export class Connection {
  readonly status: Signal<ConnectionStatus> = signal("connecting");
  /** Of the last change of status, in ms since the epoch. */
  readonly statusTime: Signal<number> = signal(Date.now());
  /** Mean round trip in ms; undefined before the first. */
  readonly ping: Signal<number | undefined> = signal(undefined);
  readonly quality: ReadonlySignal<Quality>;
  readonly #measured: Signal<Quality> = signal("good");
  readonly #session: Session;
  readonly #url: string;
  readonly #make: MakeWebSocket;
  readonly #end = new AbortController();
  readonly #users = new Set<ChannelUser>();
  readonly #channels = new Map<number, ChannelUser>();
  readonly #trips = new RoundTrips();
  readonly #backoff = new Backoff();
  #socket: LiveSocket | null = null;
  #lastChannel = 0;
  #pinged: { readonly n: number; readonly at: number } | null = null;
  #lastPing = 0;
  #pingTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(session: Session, url: string, make: MakeWebSocket = (to, protocols) => new WebSocket(to, protocols)) {
    this.#session = session;
    this.#url = url;
    this.#make = make;
    this.quality = computed(() => (this.status.value === "connected" ? this.#measured.value : "bad"));
    onHope(() => this.#ping(IMPATIENT_PONG_MS), this.#end.signal);
  }

  /** Keep a connection up until disposed. */
  async serve(): Promise<void> {
    while (!this.#end.signal.aborted) {
      const code = await this.#connect().catch(() => 0);
      if (this.#end.signal.aborted) return;
      this.#became(this.#session.account.value ? "connecting" : "disconnected");
      await this.#after(code).catch(() => undefined);
    }
  }

  /** Open a channel, unless there is one, now and on each connection to come, until `leave`. */
  join(user: ChannelUser): void {
    this.#users.add(user);
    if (this.status.value === "connected" && this.#channelOf(user) === null) this.#open(user);
  }

  leave(user: ChannelUser): void {
    this.#users.delete(user);
    const channel = this.#channelOf(user);
    if (channel === null) return;
    this.#channels.delete(channel);
    this.#socket?.control({ t: "close", ch: channel });
  }

  send(user: ChannelUser, message: OutgoingMessage): void {
    const channel = this.#channelOf(user);
    if (channel !== null) this.#socket?.send(channel, message);
  }

  /** Whether so much waits to be sent that more should be gathered first. */
  get congested(): boolean {
    return this.#socket?.congested ?? false;
  }

  /** Begin again with a new ticket, because another account is signed in. */
  restart(): void {
    this.#backoff.reset();
    this.#socket?.close();
  }

  dispose(): void {
    this.#end.abort(new Error("the connection is over"));
    this.#socket?.close();
    clearTimeout(this.#pingTimer);
  }

  /** One connection, from its ticket to its end; the close code. */
  async #connect(): Promise<number> {
    if (this.#session.account.value === null) {
      await until(this.#session.account, (account) => account !== null, this.#end.signal);
      this.#became("connecting");
    }
    const ticket = await this.#session.ticket(this.#end.signal);
    const socket = new LiveSocket(this.#make, this.#url, ticket, {
      control: (message) => this.#control(message),
      message: (channel, message) => this.#channels.get(channel)?.message(message),
    });
    this.#socket = socket;
    try {
      await socket.opened.then(() => this.#opened());
    } catch {
      // the close code says it all
    }
    const code = await socket.closed;
    this.#lost();
    return code;
  }

  async #after(code: number): Promise<void> {
    if (code === CLOSED.refused) this.#session.refuse("forbidden", "this account may not go on");
    else if (code === CLOSED.sessionOver) await this.#session.lapsed();
    await waitForHope(this.#backoff.next(), this.#end.signal);
  }

  #opened(): void {
    this.#lastChannel = 0;
    this.#trips.clear();
    this.#became("connected");
    this.#ping(PONG_MS);
    for (const user of this.#users) this.#open(user);
  }

  #lost(): void {
    clearTimeout(this.#pingTimer);
    this.#pinged = null;
    this.#socket = null;
    const users = [...this.#channels.values()];
    this.#channels.clear();
    this.#became("disconnected");
    for (const user of users) user.lost();
  }

  #became(status: ConnectionStatus): void {
    if (this.status.value === status) return;
    batch(() => {
      this.status.value = status;
      this.statusTime.value = Date.now();
    });
  }

  #open(user: ChannelUser): void {
    const ch = ++this.#lastChannel;
    this.#channels.set(ch, user);
    this.#socket?.control({ t: "open", ch, project_id: user.projectId, path: user.path, create: user.create });
  }

  #channelOf(user: ChannelUser): number | null {
    for (const [channel, other] of this.#channels) if (other === user) return channel;
    return null;
  }

  #control(message: ServerMessage): void {
    if (message.t === "pong") return this.#ponged(message.n);
    const user = this.#channels.get(message.ch);
    if (message.t === "closed") this.#channels.delete(message.ch);
    user?.control(message);
  }

  /** Send a ping, unless one is under way, and end a connection that does not answer. */
  #ping(patienceMs: number): void {
    const socket = this.#socket;
    if (socket === null || this.status.value !== "connected") return;
    clearTimeout(this.#pingTimer);
    if (this.#pinged === null) {
      this.#pinged = { n: ++this.#lastPing, at: performance.now() };
      socket.control({ t: "ping", n: this.#lastPing });
    }
    this.#pingTimer = setTimeout(() => socket.close(), patienceMs);
  }

  #ponged(n: number): void {
    if (this.#pinged?.n !== n) return;
    this.#trips.add(performance.now() - this.#pinged.at);
    this.#pinged = null;
    this.#backoff.reset();
    this.ping.value = this.#trips.mean;
    this.#measured.value = this.#trips.quality;
    clearTimeout(this.#pingTimer);
    this.#pingTimer = setTimeout(() => this.#ping(PONG_MS), PING_MS);
  }
}
