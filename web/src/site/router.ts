/** Addresses of the site: what the present one is, and going to another without loading the page anew. */
import { batch, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { ComponentType } from "preact";

/** The values of a pattern's `:names`, and what `*` stands for as `rest`; decoded. */
export type Params = Readonly<Record<string, string>>;

/** What the module of a page exports. */
export interface PageModule {
  readonly Page: ComponentType<{ params: Params }>;
}

/** Parameters of the address that stay as long as the document does (embedding: query parameters). */
const STAY: ReadonlySet<string> = new Set(["fullscreen", "theme", "readonly", "embed_origin", "eid"]);

export class Router {
  /** Below the hub's base path, still percent-encoded. */
  readonly path: ReadonlySignal<string>;
  readonly query: ReadonlySignal<URLSearchParams>;
  /** The fragment that one has come here with; another object each time, and the same one when one goes back. */
  readonly fragment: Signal<{ readonly text: string }> = signal({ text: location.hash });
  readonly #base: string;
  readonly #path: Signal<string>;
  readonly #query: Signal<URLSearchParams>;

  constructor(base: string) {
    this.#base = base;
    this.#path = signal("");
    this.#query = signal(new URLSearchParams());
    this.path = this.#path;
    this.query = this.#query;
    this.#read();
    addEventListener("popstate", () => this.#read());
    addEventListener("hashchange", ({ oldURL, newURL }) => {
      if (oldURL.split("#", 1)[0] === newURL.split("#", 1)[0]) this.#arrive();
    });
    document.addEventListener("click", (event) => this.#click(event));
  }

  /** The query as the address has it, with its question mark. */
  get search(): string {
    const query = this.query.value.toString();
    return query && `?${query}`;
  }

  /** The address of a path of the site. */
  href(path: string): string {
    return `${this.#base}${path}`;
  }

  go(path: string, { replace = false } = {}): void {
    const url = this.#staying(path);
    if (replace) history.replaceState(null, "", url);
    else history.pushState(null, "", url);
    batch(() => {
      this.#read();
      this.#arrive();
    });
    if (!replace) scrollTo(0, 0);
  }

  #staying(path: string): URL {
    const url = new URL(this.href(path), location.href);
    for (const [name, value] of new URLSearchParams(location.search)) {
      if (STAY.has(name)) url.searchParams.set(name, value);
    }
    return url;
  }

  #arrive(): void {
    this.fragment.value = { text: location.hash };
  }

  #read(): void {
    const { pathname, search } = location;
    this.#path.value = pathname.startsWith(this.#base) ? pathname.slice(this.#base.length) : pathname;
    this.#query.value = new URLSearchParams(search);
  }

  /** Links within the site are followed without loading, but for those that ask for more. */
  #click(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (link === null || link.origin !== location.origin || link.target !== "" || link.hasAttribute("download")) return;
    const path = link.pathname.slice(this.#base.length);
    if (!link.pathname.startsWith(`${this.#base}/`) || path.startsWith("/api/") || path.startsWith("/static/")) return;
    event.preventDefault();
    this.go(`${path}${link.search}${link.hash}`);
  }
}

/** The parameters of a path that has the form of a pattern (`/projects/:id/*`), or null. */
export function match(pattern: string, path: string): Params | null {
  const wanted = pattern.split("/");
  const given = path.split("/");
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    if (part === "*") return decoded({ ...params, rest: given.slice(index).join("/") });
    const value = given[index];
    if (value === undefined) return null;
    if (part.startsWith(":")) params[part.slice(1)] = value;
    else if (part !== value) return null;
  }
  return given.length === wanted.length ? decoded(params) : null;
}

function decoded(params: Record<string, string>): Params | null {
  try {
    return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, decodeURIComponent(value)]));
  } catch {
    return null; // not percent-encoded as it should be
  }
}
