/** A comm of a widget over the frame's port, in the form that the widgets' libraries know. */
import { type ICallbacks, type IClassicComm, uuid } from "@jupyter-widgets/base";
import type { CommMessage } from "../state/document.ts";
import { isObject, type JsonObject, type Unknowns } from "../wire/json.ts";

type Buffers = ArrayBuffer[] | ArrayBufferView[];
/** A message of Jupyter's protocol, as far as widgets look at it. */
type Received = ReturnType<WidgetComm["received"]>;

/** Widgets keep back further changes until the kernel has dealt with the last: we say so after this time. */
const BETWEEN_CHANGES_MS = 50;

export class WidgetComm implements IClassicComm {
  readonly comm_id: string;
  readonly target_name: string;
  readonly #send: (message: CommMessage) => void;
  /** What came before the model was made. */
  #early: Received[] = [];
  #onMessage: (message: Received) => void = (message) => this.#early.push(message);
  #onClose: (message: Received) => void = () => {};
  /** States that we sent and that have not come back, oldest first. */
  #sent: { readonly id: string; readonly state: Unknowns }[] = [];

  constructor(target: string, id: string, send: (message: CommMessage) => void) {
    this.target_name = target;
    this.comm_id = id;
    this.#send = send;
  }

  open(data: unknown, callbacks?: ICallbacks, metadata?: JsonObject, buffers?: Buffers): string {
    return this.#post("comm_open", { target_name: this.target_name, data }, callbacks, metadata, buffers);
  }

  send(data: unknown, callbacks?: ICallbacks, metadata?: JsonObject, buffers?: Buffers): string {
    return this.#post("comm_msg", { data }, callbacks, metadata, buffers);
  }

  close(data?: unknown, callbacks?: ICallbacks, metadata?: JsonObject, buffers?: Buffers): string {
    return this.#post("comm_close", { data: data ?? {} }, callbacks, metadata, buffers);
  }

  on_msg(callback: (message: Received) => void): void {
    this.#onMessage = callback;
    for (const message of this.#early.splice(0)) callback(message);
  }

  on_close(callback: (message: Received) => void): void {
    this.#onClose = callback;
  }

  take(message: CommMessage): void {
    if (message.msgType === "comm_close") this.#onClose(this.received(message));
    else this.#onMessage(this.received(message));
  }

  received({ content, metadata, buffers }: CommMessage) {
    return {
      content,
      metadata,
      buffers: buffers.map(({ buffer, byteOffset, byteLength }) => new DataView(buffer, byteOffset, byteLength)),
      parent_header: { msg_id: this.#originOf(content.data) },
    };
  }

  /** Which of our messages a state echoes, so that widgets know an answer to an older change from news. */
  #originOf(data: unknown): string {
    if (!isObject(data) || data.method !== "echo_update" || !isObject(data.state)) return "";
    const state = data.state;
    const index = this.#sent.findIndex((sent) => isPartOf(state, sent.state));
    return index < 0 ? "" : (this.#sent.splice(0, index + 1).at(-1)?.id ?? "");
  }

  #post(
    msgType: string,
    content: Unknowns,
    callbacks?: ICallbacks,
    metadata: JsonObject = {},
    buffers?: Buffers,
  ): string {
    const id = uuid();
    const data = content.data;
    if (isObject(data) && data.method === "update" && isObject(data.state)) this.#sent.push({ id, state: data.state });
    const json = JSON.parse(JSON.stringify({ comm_id: this.comm_id, ...content })) as JsonObject;
    this.#send({ msgType, content: json, metadata, buffers: (buffers ?? []).map(bytesOf) });
    setTimeout(() => callbacks?.iopub?.status?.({ content: { execution_state: "idle" } } as never), BETWEEN_CHANGES_MS);
    return id;
  }
}

function isPartOf(part: Unknowns, whole: Unknowns): boolean {
  return Object.entries(part).every(([name, value]) => JSON.stringify(value) === JSON.stringify(whole[name]));
}

function bytesOf(buffer: ArrayBuffer | ArrayBufferView): Uint8Array {
  if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer);
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
