/** The frame's end of the port. */
import type { CommMessage } from "../state/document.ts";
import type { FrameOrder, FrameReport, FrameTheme } from "./protocol.ts";

type CommListener = (message: CommMessage) => void;

export class FrameLink {
  readonly #port: MessagePort;
  /** Kept until somebody listens. */
  #early: CommMessage[] = [];
  #listener: CommListener = (message) => this.#early.push(message);
  #waiting: ((ids: readonly string[]) => void)[] = [];

  constructor(port: MessagePort) {
    this.#port = port;
  }

  get dark(): boolean {
    return (document.documentElement.dataset.theme as FrameTheme["mode"] | undefined) === "dark";
  }

  send(report: FrameReport): void {
    this.#port.postMessage(report);
  }

  receive(order: Extract<FrameOrder, { type: "comm" | "comms" }>): void {
    if (order.type === "comm") this.#listener(order.message);
    else this.#waiting.shift()?.(order.ids);
  }

  /** The widgets that live in the kernel, by their ids. */
  listComms(): Promise<readonly string[]> {
    this.send({ type: "list-comms" });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** What came before is told first. */
  onComm(listener: CommListener): void {
    this.#listener = listener;
    for (const message of this.#early.splice(0)) listener(message);
  }
}
