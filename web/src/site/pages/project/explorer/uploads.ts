/** Files on their way into a project: in pieces, some at a time, gone on with after a cut or a reload. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { quietly } from "../../../../state/kept.ts";
import type { Credentials } from "../../../../wire/http.ts";
import { flag, maybe, number, object, text } from "../../../../wire/shape.ts";
import { type Api, Unreachable } from "../../../api.ts";
import { inWords } from "../../../ui/problems.ts";

export type OnConflict = "refuse" | "keep" | "replace";
export type UploadState = "waiting" | "sending" | "retrying" | "taken" | "failed" | "done";

export interface Upload {
  /** By which the hub knows it until it is whole. */
  readonly id: string;
  readonly path: string;
  readonly file: Blob;
  readonly state: Signal<UploadState>;
  readonly sent: Signal<number>;
  readonly problem: Signal<string | null>;
}

export interface Sum {
  readonly count: number;
  readonly done: number;
  readonly bytes: number;
  readonly sent: number;
}

/** Where the next piece begins, or that the hub has to be asked, or that there is none. */
type Next = number | "ask" | "ended";

/** What `PUT` answered, or that nothing did. */
type Answer = { readonly status: number; readonly body: unknown } | null;

/** What a reverse proxy lets through that is set up as the documentation says. */
const PIECE_BYTES = 16_000_000;
const ASKED_FIRST_BYTES = 1_000_000;
const AT_ONCE = 3;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

const status = object({ offset: number, exists: flag });
const piece = object({ offset: number, path: maybe(text) });

export class Uploads {
  readonly all: Signal<readonly Upload[]> = signal([]);
  readonly sum: ReadonlySignal<Sum>;
  /** Since when there is anything to send; for how fast it goes. */
  readonly since: Signal<number> = signal(0);
  readonly #api: Api;
  readonly #project: string;
  readonly #arrived: () => void;
  readonly #policies = new Map<Upload, OnConflict>();
  readonly #ends = new Map<Upload, AbortController>();
  #before = 0;

  /** `arrived`: told when a file is whole. */
  constructor(api: Api, project: string, arrived: () => void) {
    this.#api = api;
    this.#project = project;
    this.#arrived = arrived;
    this.sum = computed(() => {
      const all = this.all.value;
      const add = (each: (one: Upload) => number): number => all.reduce((total, one) => total + each(one), 0);
      const done = all.filter((one) => one.state.value === "done").length;
      return { count: all.length, done, bytes: add((one) => one.file.size), sent: add((one) => one.sent.value) };
    });
  }

  get isBusy(): boolean {
    return this.all.value.some(({ state }) => ["waiting", "sending", "retrying"].includes(state.value));
  }

  /** Bytes in a second, since there was something to send. */
  speed(now: number): number {
    return Math.max(0, this.sum.value.sent - this.#before) / Math.max(0.001, (now - this.since.value) / 1000);
  }

  add(files: readonly { readonly path: string; readonly file: Blob }[]): void {
    if (!this.isBusy) {
      this.since.value = Date.now();
      this.#before = this.sum.value.sent;
    }
    const added = files.map(({ path, file }) => ({
      id: this.#idOf(path, file),
      path,
      file,
      state: signal<UploadState>("waiting"),
      sent: signal(0),
      problem: signal<string | null>(null),
    }));
    this.all.value = [...this.all.value, ...added];
    this.#next();
  }

  /** Decide what becomes of one whose name is taken, or try a failed one again. */
  decide(upload: Upload, policy: OnConflict): void {
    this.#policies.set(upload, policy);
    upload.problem.value = null;
    upload.state.value = "waiting";
    this.#next();
  }

  cancel(upload: Upload): void {
    this.#ends.get(upload)?.abort();
    this.all.value = this.all.value.filter((one) => one !== upload);
    this.#forget(upload);
    const params = { project_id: this.#project, upload_id: upload.id, path: upload.path };
    if (upload.state.value !== "done")
      void this.#api.call("/files/upload/cancel", params, object({})).catch(() => undefined); // it goes after a day
    this.#next();
  }

  /** Take those that have ended out of the list. */
  clear(): void {
    this.all.value = this.all.value.filter(({ state }) => state.value !== "done" && state.value !== "failed");
  }

  /** An upload that was begun before the page was loaded anew goes on when the same file is chosen again. */
  #idOf(path: string, file: Blob): string {
    const key = this.#keptAs(path, file);
    const begun = quietly(() => sessionStorage.getItem(key));
    if (begun !== null && !this.all.value.some(({ id }) => id === begun)) return begun;
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    const id = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    if (file.size >= ASKED_FIRST_BYTES) quietly(() => sessionStorage.setItem(key, id));
    return id;
  }

  #forget({ path, file }: Upload): void {
    quietly(() => sessionStorage.removeItem(this.#keptAs(path, file)));
  }

  #keptAs(path: string, file: Blob): string {
    const modified = file instanceof File ? file.lastModified : 0;
    return `carrel-upload:${JSON.stringify([this.#project, path, file.size, modified])}`;
  }

  #next(): void {
    const under = this.#ends.size;
    const waiting = this.all.value.filter((one) => one.state.value === "waiting" && !this.#ends.has(one));
    for (const upload of waiting.slice(0, Math.max(0, AT_ONCE - under))) void this.#send(upload);
  }

  async #send(upload: Upload): Promise<void> {
    const end = new AbortController();
    this.#ends.set(upload, end);
    upload.state.value = "sending";
    try {
      await this.#pieces(upload, end.signal);
    } catch (error) {
      if (!end.signal.aborted) this.#end(upload, "failed", inWords(error));
    }
    this.#ends.delete(upload);
    this.#next();
  }

  async #pieces(upload: Upload, end: AbortSignal): Promise<void> {
    const isSmall = upload.file.size < ASKED_FIRST_BYTES && upload.sent.peek() === 0;
    let at: Next = isSmall ? 0 : "ask";
    let wait = FIRST_WAIT_MS;
    while (!end.aborted) {
      at = await this.#step(upload, at, end);
      if (at === "ended") return;
      if (at === "ask" && !end.aborted) {
        upload.state.value = "retrying";
        await pause(wait, end);
        wait = Math.min(LONGEST_WAIT_MS, wait * 2);
      } else {
        upload.state.value = "sending";
        wait = FIRST_WAIT_MS;
      }
    }
  }

  /** Send one piece, from where the hub says that it goes on. */
  async #step(upload: Upload, at: number | "ask", end: AbortSignal): Promise<Next> {
    let offset = at;
    if (offset === "ask") {
      const asked = await this.#ask(upload, end);
      if (asked === null) return "ask";
      if (asked.exists && !this.#policies.has(upload)) return this.#end(upload, "taken");
      offset = asked.offset;
    }
    const start = offset;
    const told = (bytes: number): void => {
      upload.sent.value = start + bytes;
    };
    const answer = await this.#api.authorized((credentials) =>
      put(this.#url(upload, start), credentials, slice(upload.file, start), end, told),
    );
    return this.#judge(upload, answer);
  }

  #judge(upload: Upload, answer: Answer): Next {
    if (answer === null || answer.status >= 500 || answer.status === 408) return "ask";
    if (answer.status === 200) {
      const { offset, path } = piece(answer.body);
      upload.sent.value = offset;
      if (path === null) return offset;
      this.#forget(upload);
      this.#end(upload, "done");
      this.#arrived();
      return "ended";
    }
    const { code, error } = object({ code: maybe(text), error: maybe(text) })(answer.body);
    if (code === "upload-busy" || code === "upload-offset-wrong") return "ask";
    if (code === "file-exists") return this.#end(upload, "taken");
    return this.#end(upload, "failed", error ?? String(answer.status));
  }

  #end(upload: Upload, state: UploadState, problem: string | null = null): "ended" {
    upload.problem.value = problem;
    upload.state.value = state;
    return "ended";
  }

  /** How far it is; null if nobody answers. */
  async #ask(upload: Upload, end: AbortSignal): Promise<{ offset: number; exists: boolean } | null> {
    const params = { project_id: this.#project, upload_id: upload.id, path: upload.path };
    try {
      return await this.#api.call("/files/upload/status", params, status, end);
    } catch (error) {
      if (error instanceof Unreachable) return null;
      throw error;
    }
  }

  #url(upload: Upload, offset: number): string {
    const query = new URLSearchParams({
      path: upload.path,
      size: String(upload.file.size),
      offset: String(offset),
      conflict: this.#policies.get(upload) ?? "refuse",
    });
    return `${this.#api.url}/uploads/${this.#project}/${upload.id}?${query}`;
  }
}

function slice(file: Blob, offset: number): Blob {
  return file.slice(offset, offset + PIECE_BYTES);
}

/** `fetch` does not tell how much has been sent. */
function put(
  url: string,
  credentials: Credentials,
  body: Blob,
  end: AbortSignal,
  progress: (bytes: number) => void,
): Promise<Answer> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("PUT", url);
    if ("bearer" in credentials) request.setRequestHeader("Authorization", `Bearer ${credentials.bearer}`);
    request.responseType = "json";
    request.upload.onprogress = (event) => progress(event.loaded);
    request.onload = () => resolve({ status: request.status, body: request.response });
    request.onerror = request.onabort = request.ontimeout = () => resolve(null);
    end.addEventListener("abort", () => request.abort(), { once: true });
    request.send(body);
  });
}

/** Until then, or until the browser is online again. */
function pause(ms: number, end: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      removeEventListener("online", done);
      end.removeEventListener("abort", done);
      resolve();
    }
    addEventListener("online", done);
    end.addEventListener("abort", done);
  });
}
