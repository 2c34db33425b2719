/** One connection of the live channel, from its opening to its end. */
import { type PageMessage, parseServerMessage, type ServerMessage } from "./control.ts";
import { decodeMessage, encodeMessage, type IncomingMessage, type OutgoingMessage } from "./frames.ts";

export const CLOSED = { protocol: 4400, sessionOver: 4401, refused: 4403, slow: 4408 } as const;

/** What browsers report for a connection that ended without a close frame. */
const ABANDONED = 1006;

/** Above this many bytes that wait in the browser, what can be gathered is gathered instead of sent. */
const CONGESTED_BYTES = 1 << 20;

/** How a WebSocket is made: the browser's, or in tests one end of a pipe. */
export type MakeWebSocket = (url: string, protocols: string[]) => WebSocket;

export interface SocketListener {
  control(message: ServerMessage): void;
  message(channel: number, message: IncomingMessage): void;
}

export class LiveSocket {
  /** Rejects if it could not be opened. */
  readonly opened: Promise<void>;
  /** Resolves with the close code when it is over; never rejects. */
  readonly closed: Promise<number>;
  readonly #socket: WebSocket;
  #ended: (code: number) => void = () => undefined;

  constructor(make: MakeWebSocket, url: string, ticket: string, listener: SocketListener) {
    const socket = make(url, ["carrel.v1", `carrel.ticket.${ticket}`]);
    socket.binaryType = "arraybuffer";
    socket.onmessage = (event) => receive(event.data, listener);
    this.#socket = socket;
    this.closed = new Promise((resolve) => {
      this.#ended = resolve;
      socket.onclose = (event) => resolve(event.code);
    });
    this.opened = new Promise((resolve, reject) => {
      socket.onopen = () => resolve();
      void this.closed.then((code) => reject(new Error(`the socket was closed with ${code}`)));
    });
    this.opened.catch(() => undefined); // whoever waits for `closed` alone need not hear of it twice
  }

  get congested(): boolean {
    return this.#socket.bufferedAmount > CONGESTED_BYTES;
  }

  control(message: PageMessage): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  send(channel: number, message: OutgoingMessage): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    for (const frame of encodeMessage(channel, message)) this.#socket.send(frame);
  }

  /** End it at once: where the network is gone, the browser would wait long for an answer to its close. */
  close(): void {
    this.#socket.onmessage = null;
    this.#socket.close(1000);
    this.#ended(ABANDONED);
  }
}

function receive(data: unknown, listener: SocketListener): void {
  if (typeof data === "string") {
    const message = parseServerMessage(data);
    if (message) listener.control(message);
  } else if (data instanceof ArrayBuffer) {
    const { channel, message } = decodeMessage(new Uint8Array(data));
    if (message) listener.message(channel, message);
  }
}
