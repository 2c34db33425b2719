/**
 * A sandboxed frame and our end of its port.
 *
 * The frame is of an opaque origin: it reaches neither our page nor our cookies, opens no windows and navigates nothing
 * but itself. If it does that, it is no longer what we made and is taken away.
 */
import { effect } from "@preact/signals";
import { type FrameItem, type FrameOrder, type FrameReport, HELLO, parseReport } from "../frame/protocol.ts";
import { language } from "../state/language.ts";
import { wordings } from "../state/say.ts";
import { isObject, isString } from "../wire/json.ts";
import { CommLog } from "./comm-log.ts";
import type { OutputContext } from "./context.ts";
import { follow, readLink } from "./links.ts";
import { themeOf } from "./theme.ts";

export interface FrameListener {
  height(height: number): void;
  /** The frame has left for another address, and is gone. */
  left(): void;
}

const FOCUS_MS = 250;

export class FrameHost {
  readonly #frame = document.createElement("iframe");
  readonly #ended = new AbortController();
  readonly #context: OutputContext;
  readonly #listener: FrameListener;
  #port: MessagePort | null = null;
  #items: readonly FrameItem[] = [];
  #sent: readonly (FrameItem | null)[] = [];

  constructor(parent: HTMLElement, title: string, context: OutputContext, listener: FrameListener) {
    this.#context = context;
    this.#listener = listener;
    this.#frame.title = title;
    this.#frame.setAttribute("sandbox", "allow-scripts allow-forms");
    this.#frame.referrerPolicy = "no-referrer";
    this.#frame.allow = "fullscreen 'none'; camera 'none'; microphone 'none'; geolocation 'none'";
    window.addEventListener("message", (event) => this.#greet(event), { signal: this.#ended.signal });
    this.#frame.addEventListener("load", () => this.#loaded());
    this.#frame.src = context.frameUrl;
    parent.append(this.#frame);
  }

  /** Whether `items` can be shown by telling the frame what is new; scripts that ran cannot be taken back. */
  takes(items: readonly FrameItem[]): boolean {
    const kept = this.#items.every((item, index) => item === items[index] || isRedrawn(item, items[index]));
    return kept && items.length >= this.#items.length;
  }

  /** Only items that it takes. */
  show(items: readonly FrameItem[]): void {
    this.#items = items;
    if (!this.#port) return;
    for (const [index, item] of items.entries()) {
      if (item !== this.#sent[index]) this.#send({ type: "put", index, item });
    }
    this.#sent = items;
  }

  dispose(): void {
    this.#ended.abort();
    this.#port?.close();
    this.#frame.remove();
  }

  #greet(event: MessageEvent): void {
    const port = event.ports[0];
    if (event.source !== this.#frame.contentWindow || event.origin !== "null") return;
    if (event.data !== HELLO || !port || this.#port) return;
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<unknown>) => this.#hear(parseReport(data));
    this.#ended.signal.addEventListener(
      "abort",
      effect(() => this.#followTheme()),
    );
    this.#send({ type: "words", language: language.peek(), wordings: wordings.peek() });
    if (this.#items.some((item) => item.renderer === "widget")) this.#relayComms();
    this.show(this.#items);
  }

  /** The first load is ours, and `HELLO` came before it ended; a later one is of another document. */
  #loads = 0;
  #loaded(): void {
    this.#loads += 1;
    if (this.#loads === 1) return;
    this.dispose();
    this.#listener.left();
  }

  /** A new theme counts when the page has taken it on, which is before it is painted. */
  #followTheme(): void {
    const mode = this.#context.theme.value;
    if (this.#sent.length === 0) this.#sendTheme(mode);
    else requestAnimationFrame(() => this.#sendTheme(mode));
  }

  /** Drawings are made for a theme, so they are made anew for another. */
  #sendTheme(mode: "light" | "dark"): void {
    this.#send({ type: "theme", theme: themeOf(this.#frame, mode) });
    this.#sent = this.#sent.map((item) => (item && isRedrawn(item, item) ? null : item));
    this.show(this.#items);
  }

  #relayComms(): void {
    for (const message of CommLog.of(this.#context.document).messages()) this.#send({ type: "comm", message });
    const stop = this.#context.document.onComm((message) => this.#send({ type: "comm", message }));
    this.#ended.signal.addEventListener("abort", stop);
  }

  #hear(report: FrameReport | null): void {
    switch (report?.type) {
      case "height":
        this.#listener.height(report.height);
        break;
      case "link":
        void this.#follow(report.href);
        break;
      case "comm":
        if (this.#hasWidgets()) this.#context.document.sendComm(report.message);
        break;
      case "list-comms":
        if (this.#hasWidgets()) void this.#listComms();
    }
  }

  #hasWidgets(): boolean {
    return this.#items.some((item) => item.renderer === "widget");
  }

  /** Only while a click or key of the account is fresh, which browsers count for the frames around as well, and here. */
  async #follow(href: string): Promise<void> {
    if (!navigator.userActivation.isActive || !(await this.#hasFocus())) return;
    follow(readLink(href, this.#context.document.path), this.#context.reportBlocked);
  }

  /** The click that is told of brings the focus as well, but that may arrive a moment later. */
  async #hasFocus(): Promise<boolean> {
    if (document.activeElement !== this.#frame) await new Promise((done) => setTimeout(done, FOCUS_MS));
    return document.activeElement === this.#frame;
  }

  async #listComms(): Promise<void> {
    const reply = await this.#context.document.call("widgets", {}, this.#ended.signal).catch(() => null);
    const comms = isObject(reply) && Array.isArray(reply.comms) ? reply.comms : [];
    const ids = comms
      .filter((comm) => isObject(comm) && comm.target_name === "jupyter.widget")
      .map((comm) => comm.comm_id);
    this.#send({ type: "comms", ids: ids.filter(isString) });
  }

  #send(order: FrameOrder): void {
    this.#port?.postMessage(order);
  }
}

/** Whether one drawing can take the place of another without a new frame. */
function isRedrawn(before: FrameItem, after: FrameItem | undefined): boolean {
  return (before.renderer === "plotly" || before.renderer === "vega") && before.renderer === after?.renderer;
}
