/** WebSockets without a network, for tests: one end is the browser's, the other a hub's. */

type Handler<E> = ((event: E) => void) | null;

/** The page's end; what it sends goes to `server`. */
export class TestSocket {
  binaryType = "blob";
  bufferedAmount = 0;
  readyState: number = WebSocket.CONNECTING;
  onopen: Handler<unknown> = null;
  onmessage: Handler<{ data: unknown }> = null;
  onclose: Handler<{ code: number }> = null;
  readonly protocols: readonly string[];
  server: { text(text: string): void; binary(bytes: Uint8Array): void } | null = null;

  constructor(protocols: readonly string[]) {
    this.protocols = protocols;
  }

  send(data: string | Uint8Array): void {
    if (typeof data === "string") this.server?.text(data);
    else this.server?.binary(data.slice());
  }

  close(): void {
    this.end(1000);
  }

  /** The hub lets it in. */
  open(): void {
    this.readyState = WebSocket.OPEN;
    this.onopen?.({});
  }

  /** The hub sends something. */
  deliver(data: string | Uint8Array): void {
    if (this.readyState === WebSocket.OPEN) {
      this.onmessage?.({ data: typeof data === "string" ? data : data.slice().buffer });
    }
  }

  /** The connection ends, from either side. */
  end(code: number): void {
    if (this.readyState === WebSocket.CLOSED) return;
    this.readyState = WebSocket.CLOSED;
    this.server = null;
    this.onclose?.({ code });
  }
}
