/** The action `open`: one `ack` and one ending for each request, the `ack`s in the order of the requests. */
import { computed, type ReadonlySignal } from "@preact/signals";
import { isProjectId, normalisePath } from "../state/address.ts";
import type { OpenFile, OpenWish } from "../state/open-file.ts";
import type { Page } from "../state/page.ts";
import type { Target } from "../state/shown.ts";
import { until } from "../state/until.ts";
import { isNumber, isString, type Unknowns } from "../wire/json.ts";
import { noAccess, OPENING_MS, settled } from "./fields.ts";
import { textOf } from "./inbox.ts";
import { Refusal, type Request, refuse, reply } from "./protocol.ts";

export class Opening {
  readonly #page: Page;
  readonly #pending = new Map<Promise<void>, AbortController>();
  #signedIn: Promise<unknown> = Promise.resolve();
  #acked: Promise<unknown> = Promise.resolve();

  constructor(page: Page) {
    this.#page = page;
  }

  /** Carry a request out, some time; its outcome is replied. */
  open(request: Request, wish: OpenWish): void {
    const end = new AbortController();
    const work = this.#carry(request, wish, end).finally(() => this.#pending.delete(work));
    this.#pending.set(work, end);
  }

  /** Resolves when the files of all requests so far are among the page's, or never will be. */
  get entered(): Promise<unknown> {
    return this.#signedIn;
  }

  /** End what is pending with an error each; resolves when all have been told. */
  async cancel(): Promise<void> {
    for (const end of this.#pending.values()) end.abort(new Refusal("cancelled", "all files are being closed"));
    await Promise.allSettled(this.#pending.keys());
  }

  async #carry(request: Request, wish: OpenWish, end: AbortController): Promise<void> {
    const timer = setTimeout(() => end.abort(this.#tooLong()), OPENING_MS);
    const before = this.#acked;
    const acked = Promise.withResolvers<void>();
    this.#acked = Promise.all([before, acked.promise]);
    let opened: Entered | null = null;
    try {
      opened = await this.#enter(request, wish, end.signal);
      await settled(this.#page, opened.file, accepted(opened.file), end.signal);
      await before;
      end.signal.throwIfAborted();
      reply(request, { status: "ack", path: wish.path });
      acked.resolve();
      await settled(this.#page, opened.file, showsContent(opened.file), end.signal);
      reply(request, { status: "done", path: wish.path });
    } catch (error) {
      if (opened?.isNew) this.#page.files.close(opened.file);
      refuse(request, error instanceof Refusal ? error : new Refusal("internal", textOf(error)));
    } finally {
      clearTimeout(timer);
      acked.resolve();
    }
  }

  /** Wait until somebody is signed in, in the order of the requests, and begin. */
  async #enter(request: Request, wish: OpenWish, signal: AbortSignal): Promise<Entered> {
    const { session, files } = this.#page;
    const mine = this.#signedIn.then(() =>
      until(session.state, ({ name }) => name === "in" || name === "refused", signal),
    );
    this.#signedIn = mine.catch(() => undefined);
    const state = await mine;
    signal.throwIfAborted();
    if (state.name === "refused") throw noAccess(wish.projectId);
    const isNew = files.find(wish.projectId, wish.path) === null;
    return { file: files.enter(wish, request.fields.background === true ? "behind" : "front"), isNew };
  }

  #tooLong(): Refusal {
    if (this.#page.session.account.value === null) return new Refusal("auth", "nobody is signed in");
    return new Refusal("timeout", `the file was not open after ${OPENING_MS / 1000} s`);
  }
}

interface Entered {
  readonly file: OpenFile;
  readonly isNew: boolean;
}

function accepted(file: OpenFile): ReadonlySignal<true | null> {
  return computed(() => file.accepted.value || null);
}

function showsContent(file: OpenFile): ReadonlySignal<true | null> {
  return computed(() => (file.shown.value !== null && file.document.value?.synced.value) || null);
}

/** What a request asks for; throws the `Refusal` of what is wrong with its fields. */
export function parseWish(fields: Unknowns): OpenWish {
  const { project_id: projectId, path } = fields;
  if (!isString(projectId) || !isProjectId(projectId)) {
    throw new Refusal("bad_project", `invalid project_id='${textOf(projectId)}'`);
  }
  if (!isString(path)) throw new Refusal("bad_path", "invalid path, it must be a string");
  if (path === "" || path.endsWith("/")) throw new Refusal("not_a_file", "path must be a file");
  const normalised = normalisePath(path);
  if (normalised === null) throw new Refusal("bad_path", "path must be a file");
  return { projectId, path: normalised, create: fields.create === true, target: parseTarget(fields) };
}

function parseTarget({ line, cell, anchor }: Unknowns): Target {
  return {
    ...(isNumber(line) && { line }),
    ...(isString(cell) && { cell }),
    ...(isString(anchor) && { anchor: anchor.replace(/^#/, "") }),
  };
}
