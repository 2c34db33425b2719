/** What pages ask of the hub about what projects have made public. Paths are relative to what is shared. */
import { get } from "../wire/http.ts";
import { anything, flag, list, maybe, number, object, type Shaped, text } from "../wire/shape.ts";
import type { Api } from "./api.ts";
import { kind } from "./files.ts";

const shared = object({
  id: text,
  name: text,
  path: text,
  project_title: text,
  description: text,
  license: text,
  last_edited: maybe(number),
});
export type Shared = Shaped<typeof shared>;

const place = (value: unknown): readonly [number, string] => {
  const [micros, id] = list(anything)(value);
  return [number(micros), text(id)];
};
const listing = object({ shares: list(shared), next: maybe(place) });
export type ShareListing = Shaped<typeof listing>;

const item = (value: unknown) => {
  const [name, what, size, mtime] = list(anything)(value);
  return { name: text(name), kind: kind(what), size: number(size), mtime: number(mtime) };
};
export type Item = ReturnType<typeof item>;

const seen = object({ share: shared, project_id: text, file: item, entries: maybe(list(item)), complete: flag });
export type Seen = Shaped<typeof seen>;

export const encoded = (path: string): string => path.split("/").map(encodeURIComponent).join("/");

/** The address of the page that shows it, below the hub's base. */
export function sharePage(id: string, path = ""): string {
  return `/share/${id}${path && `/${encoded(path)}`}`;
}

/** All methods reject as `Api.call`. */
export class ShareCalls {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  list(search: string, before: ShareListing["next"], signal?: AbortSignal): Promise<ShareListing> {
    return this.#api.call("/share/list", { search, before }, listing, signal);
  }

  look(id: string, path: string, signal?: AbortSignal): Promise<Seen> {
    return this.#api.call("/share/look", { id, path }, seen, signal);
  }

  /** The address of a file's bytes, or of a directory as a ZIP file. */
  address(id: string, way: "raw" | "zip", path: string): string {
    return `${this.#api.url}/share/${id}/${way}/${encoded(path)}`;
  }

  fetch(id: string, path: string, signal?: AbortSignal): Promise<Response> {
    return get(this.address(id, "raw", path), { credentials: { cookies: true }, signal });
  }
}
