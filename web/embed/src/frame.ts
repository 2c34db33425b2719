/** One embedded Carrel: hears its messages, asks it, and answers its wish for a token. */

import { Conversation } from "./conversation.ts";
import { CarrelError } from "./errors.ts";
import { authenticate } from "./tokens.ts";
import type {
  CarrelFrame,
  EmbedOptions,
  Events,
  FileRef,
  Format,
  Opening,
  Snapshot,
  Status,
  Theme,
  Why,
} from "./types.ts";
import { type Fields, fileFields, isNotice, isReply, type Notice, toCamel } from "./wire.ts";

const POLL_MS = 500;
const PUBLISHED = ["open", "closeall", "status"];
const OURS = [...PUBLISHED, "auth", "save", "resize", "theme", "run", "export", "snapshot"];

type Options = Partial<EmbedOptions> & { server: string };

export class Frame implements CarrelFrame {
  readonly ready: Promise<void>;
  #isReady!: () => void;
  #isNotReady!: (error: CarrelError) => void;
  readonly #origin: string;
  readonly #conversation: Conversation;
  readonly #events = new EventTarget();
  /** Aborted when the frame is destroyed. */
  readonly life = new AbortController();
  #actions: readonly string[] = [];
  #up = false;
  #authenticating = false;
  #poll?: ReturnType<typeof setInterval>;

  constructor(
    readonly iframe: HTMLIFrameElement,
    private readonly o: Options,
  ) {
    this.#origin = new URL(o.server).origin;
    this.#conversation = new Conversation((message) => this.#post(message), this.#timeoutMs);
    this.ready = new Promise((resolve, reject) => {
      this.#isReady = resolve;
      this.#isNotReady = reject;
    });
    this.ready.catch(() => {}); // not everybody asks
    const { signal } = this.life;
    window.addEventListener("message", (event) => this.#hear(event), { signal });
    iframe.addEventListener("load", () => this.#loaded(), { signal });
    if (o.loading === "lazy" || o.loading === "click")
      iframe.addEventListener("load", () => this.#limit(), { signal, once: true });
    else this.#limit();
  }

  open(file: FileRef, options: Fields = {}): Opening {
    let ack = (): void => {};
    const acked = new Promise<void>((resolve) => {
      ack = resolve;
    });
    const done = this.#ask("open", { ...fileFields(file), ...options }, ack).then((reply) => {
      ack();
      return { projectId: String(reply.project_id ?? file.projectId), path: String(reply.path ?? file.path) };
    });
    const either = Promise.race([acked, done.then(() => {})]);
    either.catch(() => {}); // whoever waits for the opening hears of it there
    return Object.assign(done, { acked: either });
  }

  async closeAll(): Promise<void> {
    await this.#ask("closeall");
  }

  async status(): Promise<Status> {
    const { connection, ...rest } = toCamel(await this.#conversation.request({ action: "status" }, { urgent: true }));
    return { openFiles: {}, ...rest, connection: toCamel(connection as Fields) } as unknown as Status;
  }

  async save(file?: FileRef | "*"): Promise<void> {
    await this.#ask("save", file === "*" ? { path: "*" } : fileFields(file));
  }

  async run({ file, cell, stopOnError = true }: { file?: FileRef; cell?: string; stopOnError?: boolean } = {}) {
    const what = cell === undefined ? { what: "all" } : { what: "cell", cell };
    const reply = await this.#ask("run", { ...fileFields(file), ...what, stop_on_error: stopOnError });
    return toCamel(reply) as { ok: boolean; executed: number; failed: number };
  }

  async export(format: Format = "raw", file?: FileRef) {
    const reply = await this.#ask("export", { ...fileFields(file), format });
    if (!reply.data) throw new CarrelError("too_big", "too big for a message; the reply has its `url`", reply);
    const { filename, mime, data } = reply as unknown as { filename: string; mime: string; data: ArrayBuffer };
    return { filename, mime, data };
  }

  async snapshot(file?: FileRef): Promise<Snapshot> {
    const { projectId, path, snapshotId, sha256 } = toCamel(await this.#ask("snapshot", fileFields(file)));
    return { projectId, path, snapshotId, sha256 } as Snapshot;
  }

  async setTheme(theme: Theme): Promise<void> {
    await this.#ask("theme", { theme });
  }

  supports(action: string): boolean {
    return this.#actions.includes(action);
  }

  on<K extends keyof Events>(event: K, listener: (data: Events[K]) => void): () => void {
    const hear = (e: Event): void => listener((e as CustomEvent<Events[K]>).detail);
    this.#events.addEventListener(event, hear);
    return () => this.#events.removeEventListener(event, hear);
  }

  destroy(): void {
    const error = new CarrelError("cancelled", "the frame was destroyed");
    this.life.abort();
    clearInterval(this.#poll);
    this.#conversation.cancel(error);
    this.#isNotReady(error);
  }

  get #timeoutMs(): number {
    return this.o.timeoutMs ?? 30_000;
  }

  #ask(action: string, fields: Fields = {}, onAck?: () => void) {
    return this.#conversation.request({ action, ...fields }, onAck ? { onAck } : {});
  }

  #post(message: Fields): void {
    this.o.trace?.("out", message);
    this.iframe.contentWindow?.postMessage(message, this.#origin);
  }

  #hear(event: MessageEvent<unknown>): void {
    if (event.origin !== this.#origin || event.source !== this.iframe.contentWindow) return;
    this.o.trace?.("in", event.data);
    if (isReply(event.data)) this.#conversation.receive(event.data);
    else if (isNotice(event.data)) this.#notice(event.data);
  }

  #notice({ event, ...fields }: Notice): void {
    const detail = toCamel(fields);
    if (event === "ready") this.#becomeReady(detail.actions as string[]);
    if (event === "auth-required") void this.#authenticate(detail.reason as Why);
    if (event === "resize") this.#fit(Number(detail.height));
    this.#events.dispatchEvent(new CustomEvent(event, { detail }));
  }

  /** A document has been loaded into the frame; it knows nothing of what another one was asked. */
  #loaded(): void {
    if (this.#up) this.#conversation.cancel(new CarrelError("cancelled", "the frame was loaded again"), "posted");
    this.#up = false;
    this.#conversation.hold();
    this.watch();
  }

  /** Ask how it is until it is ready: a page that listens late, or a plain server, gets no `ready`. */
  watch(): void {
    clearInterval(this.#poll);
    this.#poll = setInterval(() => void this.#look(), POLL_MS);
    void this.#look();
  }

  async #look(): Promise<void> {
    const message = { action: "status" };
    const status = await this.#conversation.request(message, { urgent: true }).catch(() => undefined);
    if (!status || this.#up) return;
    const ours = status.protocol !== undefined;
    if (ours ? status.ready : (status.connection as Fields).status === "connected")
      this.#becomeReady(ours ? OURS : PUBLISHED);
    else if (status.auth === "required") void this.#authenticate("missing");
  }

  #becomeReady(actions: readonly string[]): void {
    clearInterval(this.#poll);
    this.#actions = actions;
    this.#up = true;
    this.#conversation.release();
    this.#isReady();
  }

  #limit(): void {
    const late = (): void => this.#isNotReady(new CarrelError("timeout", "the frame did not become ready"));
    const timer = setTimeout(late, this.#timeoutMs);
    this.ready.catch(() => {}).finally(() => clearTimeout(timer));
  }

  async #authenticate(why: Why): Promise<void> {
    if (this.#authenticating) return;
    this.#authenticating = true;
    try {
      await this.#giveToken(why);
    } catch (error) {
      this.#isNotReady(error as CarrelError);
      this.#conversation.cancel(error as CarrelError);
    } finally {
      this.#authenticating = false;
    }
  }

  async #giveToken(why: Why): Promise<void> {
    const { getToken } = this.o;
    if (!getToken) throw new CarrelError("auth", `the frame needs a token: ${why}`);
    const handOver = (auth_token: string) =>
      this.#conversation.request({ action: "auth", auth_token }, { urgent: true });
    await authenticate(getToken, handOver, why, this.life.signal);
  }

  #fit(height: number): void {
    const { autoHeight } = this.o;
    if (!autoHeight) return;
    const { min = 0, max = Number.POSITIVE_INFINITY } = autoHeight === true ? {} : autoHeight;
    this.iframe.style.height = `${Math.min(Math.max(height, min), max)}px`;
  }
}
