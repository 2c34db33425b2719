/** A hub with its agents, as a page sees them: speaks docs/live.md over `TestSocket` and a `fetch` of its own. */
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import * as Y from "yjs";
import type { MakeWebSocket } from "../wire/socket.ts";
import { TestSocket } from "./sockets.ts";

export const PROJECT = "11111111-2222-4333-8444-555555555555";
export const TOKEN = "abcdefghijklmnopqrstuvwx";

/** A file of a project, as its agent keeps it. */
export class TestFile {
  ydoc = new Y.Doc();
  generation = "g1";
  kind: "notebook" | "text" = "text";
  readonly = false;
  may = ["edit", "run", "save", "export"];
  /** Sequence numbers are acknowledged at once, or when the test says so. */
  holdsAcks = false;
  /** Calls are answered by this. */
  answer: (method: string, params: unknown) => unknown = () => ({});
  readonly rescued: { readonly generation: string; readonly text: string; readonly ydoc: Y.Doc }[] = [];
  readonly calls: { method: string; params: unknown }[] = [];
  /** Updates that came from pages, by their kind. */
  readonly received: ("sync2" | "update")[] = [];

  constructor(text: string) {
    this.source.insert(0, text);
  }

  get source(): Y.Text {
    return this.ydoc.getText("source");
  }

  /** The agent lost its log and made the document anew from the file. */
  makeAnew(generation: string, text: string): void {
    this.ydoc = new Y.Doc();
    this.generation = generation;
    this.source.insert(0, text);
  }
}

interface Opening {
  readonly ch: number;
  readonly path: string;
  readonly connection: TestConnection;
}

export class TestHub {
  readonly files = new Map<string, TestFile>();
  readonly connections: TestConnection[] = [];
  /** Opens wait for `proceed` instead of being answered. */
  holdsOpens = false;
  readonly waiting: Opening[] = [];
  isReachable = true;
  readonly requests: { readonly path: string; readonly body: unknown; readonly bearer: string | null }[] = [];
  /** Token → account. */
  readonly tokens = new Map([[TOKEN, "alice"]]);
  readonly bearers = new Map<string, string>();
  /** What who wants a snapshot is answered. */
  snapshot = (): Response => Response.json({ snapshot_id: "s1", sha256: "5a" });
  readonly secrets = new Map<string, string>();
  #count = 0;

  add(path: string, text = ""): TestFile {
    const file = new TestFile(text);
    this.files.set(path, file);
    return file;
  }

  get last(): TestConnection {
    const connection = this.connections.at(-1);
    if (connection === undefined) throw new Error("nobody has connected");
    return connection;
  }

  readonly makeSocket: MakeWebSocket = (_url, protocols) => {
    const socket = new TestSocket(protocols);
    this.connections.push(new TestConnection(this, socket));
    queueMicrotask(() => (this.isReachable ? socket.open() : socket.end(1006)));
    return socket as unknown as WebSocket;
  };

  readonly fetch = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    if (!this.isReachable) throw new TypeError("fetch failed");
    const path = new URL(String(url), "https://carrel.example.net").pathname;
    const bearer = new Headers(init?.headers).get("Authorization")?.replace("Bearer ", "") ?? null;
    const body = JSON.parse(String(init?.body ?? "{}")) as Record<string, string>;
    this.requests.push({ path, body, bearer });
    if (path === "/api/v2/snapshots/make" && this.bearers.has(bearer ?? "")) return this.snapshot();
    return this.#answer(path.replace("/api/v2/embed/", ""), body, bearer);
  };

  /** Let in what waits, in any order the test likes. */
  proceed(path: string): void {
    const index = this.waiting.findIndex((opening) => opening.path === path);
    const [opening] = this.waiting.splice(index, 1);
    if (opening === undefined) throw new Error(`${path} does not wait`);
    opening.connection.letIn(opening.ch, opening.path);
  }

  #answer(call: string, body: Record<string, string>, bearer: string | null): Response {
    switch (call) {
      case "session": {
        const account = this.tokens.get(body.auth_token ?? "");
        return account === undefined ? refusal(401, "unknown or expired token") : this.#session(account);
      }
      case "resume": {
        const account = this.secrets.get(body.secret ?? "");
        return account === undefined ? refusal(401, "no session to resume") : this.#session(account);
      }
      default:
        if (!this.bearers.has(bearer ?? "")) return refusal(401, "unknown bearer");
        if (call === "ws-ticket") return Response.json({ ticket: `t${++this.#count}`, expires_in: 30 });
        return Response.json(this.#bearer(this.bearers.get(bearer ?? "") ?? ""));
    }
  }

  #session(account: string): Response {
    const secret = `secret${++this.#count}`;
    this.secrets.set(secret, account);
    const session = { eid: `eid-${account}`, account_id: account, name: account, scope: {}, resume: secret };
    return Response.json({ ...this.#bearer(account), ...session, ws_ticket: `t${this.#count}` });
  }

  #bearer(account: string): object {
    const bearer = `bearer${++this.#count}`;
    this.bearers.set(bearer, account);
    return { bearer, expires_in: 900, session_expires: "2030-01-01T00:00:00Z" };
  }
}

/** An error of the hub. */
export const refusal = (status: number, error: string): Response =>
  Response.json({ error, code: "refused" }, { status });

/** The hub's end of a page's connection. */
export class TestConnection {
  readonly socket: TestSocket;
  readonly channels = new Map<number, TestFile>();
  readonly #hub: TestHub;
  readonly #seqs = new Map<number, number>();

  constructor(hub: TestHub, socket: TestSocket) {
    this.#hub = hub;
    this.socket = socket;
    socket.server = {
      text: (text) => queueMicrotask(() => this.#control(JSON.parse(text) as Record<string, string & number>)),
      binary: (bytes) => queueMicrotask(() => this.#message(bytes)),
    };
  }

  control(message: object): void {
    this.socket.deliver(JSON.stringify(message));
  }

  send(ch: number, kind: number, write: (encoder: encoding.Encoder) => void): void {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, ch);
    encoding.writeUint8(encoder, kind);
    write(encoder);
    this.socket.deliver(encoding.toUint8Array(encoder));
  }

  event(ch: number, event: object): void {
    this.send(ch, 18, (encoder) => encoding.writeUint8Array(encoder, bytesOf(event)));
  }

  /** Acknowledge what came so far. */
  acknowledge(ch: number): void {
    this.send(ch, 4, (encoder) => encoding.writeVarUint(encoder, this.#seqs.get(ch) ?? 0));
  }

  /** Send all that there is, as if somebody else had just made it. */
  update(ch: number): void {
    const file = this.channels.get(ch);
    if (file !== undefined) this.#sendUpdate(ch, 2, Y.encodeStateAsUpdate(file.ydoc));
  }

  letIn(ch: number, path: string): void {
    const file = this.#hub.files.get(path);
    if (file === undefined) return this.control({ t: "closed", ch, code: "not_found", message: "no such file" });
    this.channels.set(ch, file);
    const { kind, generation, may } = file;
    this.control({ t: "accepted", ch });
    this.control({ t: "opened", ch, kind, generation, readonly: file.readonly, path, may });
    this.send(ch, 0, (encoder) => encoding.writeUint8Array(encoder, Y.encodeStateVector(file.ydoc)));
  }

  #control(message: Record<string, string & number>): void {
    const ch = Number(message.ch);
    if (message.t === "ping") return this.control({ t: "pong", n: message.n });
    if (message.t === "close") {
      this.channels.delete(ch);
      return this.control({ t: "closed", ch, code: "bye", message: "" });
    }
    const path = String(message.path);
    if (this.#hub.holdsOpens) this.#hub.waiting.push({ ch, path, connection: this });
    else this.letIn(ch, path);
  }

  #message(bytes: Uint8Array): void {
    const decoder = decoding.createDecoder(bytes);
    const ch = decoding.readVarUint(decoder);
    const kind = decoding.readUint8(decoder);
    const file = this.channels.get(ch);
    if (file === undefined) return;
    if (kind === 0) {
      this.#sendUpdate(ch, 1, Y.encodeStateAsUpdate(file.ydoc, decoding.readTailAsUint8Array(decoder)));
    } else if (kind === 1 || kind === 2) {
      this.#sequence(ch, decoder);
      file.received.push(kind === 1 ? "sync2" : "update");
      Y.applyUpdate(file.ydoc, decoding.readTailAsUint8Array(decoder), this);
      if (!file.holdsAcks) this.acknowledge(ch);
    } else if (kind === 5) this.#rescue(ch, file, decoder);
    else if (kind === 16) this.#call(ch, file, decoding.readTailAsUint8Array(decoder));
  }

  #sendUpdate(ch: number, kind: number, update: Uint8Array): void {
    this.send(ch, kind, (encoder) => {
      encoding.writeVarUint(encoder, 0);
      encoding.writeUint8Array(encoder, update);
    });
  }

  #sequence(ch: number, decoder: decoding.Decoder): void {
    const seq = decoding.readVarUint(decoder);
    if (seq !== (this.#seqs.get(ch) ?? 0) + 1) throw new Error(`sequence number ${seq} is out of order`);
    this.#seqs.set(ch, seq);
  }

  #rescue(ch: number, file: TestFile, decoder: decoding.Decoder): void {
    this.#sequence(ch, decoder);
    const generation = decoding.readVarString(decoder);
    const ydoc = new Y.Doc();
    Y.applyUpdate(ydoc, decoding.readTailAsUint8Array(decoder));
    file.rescued.push({ generation, text: ydoc.getText("source").toString(), ydoc });
    if (!file.holdsAcks) this.acknowledge(ch);
  }

  #call(ch: number, file: TestFile, bytes: Uint8Array): void {
    const { id, method, params } = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    file.calls.push({ method: String(method), params });
    const result = file.answer(String(method), params);
    if (result === undefined) return;
    this.send(ch, 17, (encoder) => encoding.writeUint8Array(encoder, bytesOf({ id, result })));
  }
}

const bytesOf = (value: object): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
