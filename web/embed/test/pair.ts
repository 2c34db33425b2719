/** A pretend server in an iframe: structured clones travel both ways, later and in order, as between real windows. */

import { onTestFinished, vi } from "vitest";

export const SERVER = "https://carrel.example.org";
export const PROJECT = "7b1f4b5e-6b7c-4c55-9f7a-0d3a6a1c2e3f";

export type Message = Record<string, unknown>;

export class Pair {
  readonly iframe: HTMLIFrameElement;
  /** What the page has sent, without `status`, which it asks all the time. */
  readonly asked: Message[] = [];
  status: Message = { status: "done", connection: { status: "connecting", quality: "good" }, open_files: {} };
  /** Whether replies echo `id`, as a server that knows only the published contract does not. */
  echoes = true;

  constructor(iframe: HTMLIFrameElement = document.createElement("iframe")) {
    this.iframe = iframe;
    if (!iframe.isConnected) document.body.append(iframe);
    const window = iframe.contentWindow;
    if (!window) throw new Error("the iframe has no window");
    window.postMessage = ((message: Message, origin: string) => this.#take(structuredClone(message), origin)) as never;
  }

  #take(message: Message, origin: string): void {
    if (origin !== SERVER) return;
    if (message.action === "status") this.reply(message, this.status);
    else this.asked.push(message);
  }

  reply(request: Message | undefined, reply: Message): void {
    this.say(this.echoes && request ? { id: request.id, ...reply } : reply);
  }

  say(data: Message, from: { origin?: string; source?: Window | null } = {}): void {
    const source = from.source === undefined ? this.iframe.contentWindow : from.source;
    const event = new MessageEvent("message", { data: structuredClone(data), origin: from.origin ?? SERVER, source });
    setTimeout(() => window.dispatchEvent(event));
  }

  beReady(): void {
    this.say({ event: "ready", protocol: 1, actions: ["open", "closeall", "status", "save"], version: "0.1" });
  }

  /** The request number `index` that was no `status`. */
  async nth(index: number): Promise<Message> {
    return await vi.waitUntil(() => this.asked[index], { timeout: 5_000 });
  }
}

/** Something to `destroy()` when the test is over. */
export function ending<T extends { destroy(): void }>(frame: T): T {
  onTestFinished(() => frame.destroy());
  return frame;
}
