/** What the pages about files ask of the hub, and what they are told. Paths are relative to the project's home. */
import { anything, flag, list, maybe, number, object, text } from "../wire/shape.ts";
import { type Api, HttpError } from "./api.ts";

export type Kind = "file" | "directory" | "other";
const KINDS: readonly Kind[] = ["file", "directory", "other"];
export const kind = (value: unknown): Kind => KINDS.find((known) => known === value) ?? "other";

/** Something in a directory; a link is shown as what it leads to. */
export interface Entry {
  readonly name: string;
  readonly kind: Kind;
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly mtime: number;
  readonly link: string | null;
}

const entry = (value: unknown): Entry => {
  const [name, what, size, mtime, link] = list(anything)(value);
  return { name: text(name), kind: kind(what), size: number(size), mtime: number(mtime), link: maybe(text)(link) };
};

const listing = object({
  path: text,
  tag: text,
  complete: flag,
  may_edit: flag,
  may_export: flag,
  entries: maybe(list(entry)),
  open: list(text),
});

export interface Listing {
  readonly tag: string;
  readonly isComplete: boolean;
  readonly mayEdit: boolean;
  readonly mayExport: boolean;
  readonly entries: readonly Entry[];
  /** What in it somebody has open, or has something open below. */
  readonly open: readonly string[];
}

export interface Thrown {
  readonly id: string;
  readonly path: string;
  readonly deleted: number;
  readonly kind: Kind;
  readonly size: number;
}
const thrown = object({ id: text, path: text, deleted: number, kind, size: number });

const hit = object({ path: text, kind, line: maybe(number), text: maybe(text) });
const look = object({ hits: list(hit), next: maybe(text) });
export type Look = ReturnType<typeof look>;
export type Hit = Look["hits"][number];

const copied = object({ started: maybe(text), finished: maybe(text), copy_error: maybe(text) });
const published = object({
  query: object({ public_paths: list(object({ id: text, path: text, disabled: maybe(flag) })) }),
});

const ASK_EVERY_MS = 700;

/** Something in a project; `share`: it is there for everybody, as this public path. */
export interface CopyEnd {
  readonly project: string;
  readonly path: string;
  readonly share?: string;
}

/** Copy between projects; resolves when it is done. Rejects as `Api.call`. */
export async function copyPath(api: Api, source: CopyEnd, target: CopyEnd, signal?: AbortSignal): Promise<void> {
  const params = {
    src_project_id: source.project,
    path: source.path,
    public_id: source.share,
    target_project_id: target.project,
    target_path: target.path,
    wait_until_done: false,
  };
  const { copy_id } = await api.call("/projects/copy-path", params, object({ copy_id: text }), signal);
  for (;;) {
    const status = await api.call("/projects/copy-path-status", { copy_id }, copied, signal);
    if (status.copy_error !== null) throw new HttpError(200, "copy-failed", status.copy_error, null);
    if (status.finished !== null) return;
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
}

export interface Wanted {
  readonly text: string;
  readonly path: string;
  readonly content: boolean;
  readonly hidden: boolean;
  readonly after: string | null;
}

/** All methods reject as `Api.call`. */
export class FileCalls {
  readonly #api: Api;
  readonly #project: string;

  constructor(api: Api, project: string) {
    this.#api = api;
    this.#project = project;
  }

  #call<T>(path: string, params: object, shape: (value: unknown) => T, signal?: AbortSignal): Promise<T> {
    return this.#api.call(`/files/${path}`, { project_id: this.#project, ...params }, shape, signal);
  }

  /** `known` itself if nothing has changed since. */
  async list(path: string, known: Listing | null, signal?: AbortSignal): Promise<Listing> {
    const reply = await this.#call("list", { path, tag: known?.tag }, listing, signal);
    const entries = reply.entries ?? known?.entries ?? [];
    const { tag, complete: isComplete, may_edit: mayEdit, may_export: mayExport, open } = reply;
    const isAsBefore = known?.entries === entries && known.mayEdit === mayEdit && String(known.open) === String(open);
    return isAsBefore ? known : { tag, isComplete, mayEdit, mayExport, entries, open };
  }

  makeFile(path: string, content = ""): Promise<unknown> {
    return this.#call("make", { path, content }, anything);
  }

  makeDirectory(path: string): Promise<unknown> {
    return this.#call("make", { path, directory: true }, anything);
  }

  /** Old and new path of each. */
  move(moves: readonly (readonly [string, string])[]): Promise<unknown> {
    return this.#call("move", { moves }, anything);
  }

  /** Resolves to their ids in the trash. */
  async delete(paths: readonly string[]): Promise<readonly string[]> {
    return (await this.#call("delete", { paths }, object({ ids: list(text) }))).ids;
  }

  async restore(ids: readonly string[]): Promise<readonly string[]> {
    return (await this.#call("restore", { ids }, object({ paths: list(text) }))).paths;
  }

  async trash(signal?: AbortSignal): Promise<readonly Thrown[]> {
    return (await this.#call("trash", {}, object({ items: list(thrown) }), signal)).items;
  }

  /** All of it, or only these. */
  emptyTrash(ids: readonly string[] | null): Promise<unknown> {
    return this.#call("empty-trash", { ids }, anything);
  }

  search(wanted: Wanted, signal: AbortSignal): Promise<Look> {
    return this.#call("search", wanted, look, signal);
  }

  /** Copy into a project, which may be the same; resolves when it is done. */
  copy(path: string, target: string, targetPath: string, signal?: AbortSignal): Promise<void> {
    return copyPath(this.#api, { project: this.#project, path }, { project: target, path: targetPath }, signal);
  }

  /** The paths that everybody may read, and the ids of their pages. */
  async published(): Promise<ReadonlyMap<string, string>> {
    const query = { public_paths: [{ project_id: this.#project, id: null, path: null, disabled: null }] };
    const reply = await this.#api.call("/user-query", { query }, published);
    const enabled = reply.query.public_paths.filter((one) => one.disabled !== true);
    return new Map(enabled.map(({ path, id }) => [path, id]));
  }

  /** An address of a file's bytes, or with `names` of a ZIP file, that whoever has it may use for a minute at least. */
  async signed(path: string, names: readonly string[] | null): Promise<string> {
    const params = { project_id: this.#project, path, ...(names !== null && { names }) };
    const call = names === null ? "/embed/file-url" : "/embed/zip-url";
    return (await this.#api.call(call, params, object({ url: text }))).url;
  }

  publish(path: string, isPublic: boolean): Promise<unknown> {
    const query = { public_paths: { project_id: this.#project, path, disabled: !isPublic } };
    return this.#api.call("/user-query", { query }, anything);
  }
}
