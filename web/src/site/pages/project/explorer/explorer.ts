/** A directory of a project as somebody sees it: what is in it, what is selected, and what can be done with that. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { language } from "../../../../state/language.ts";
import { type Entry, FileCalls, type Listing } from "../../../files.ts";
import { sharePage } from "../../../shares.ts";
import type { Site } from "../../../site.ts";
import { files as words } from "../../../strings/files.ts";
import { inWords } from "../../../ui/problems.ts";
import { freeName, joined, nameOf, type Order, shown, visible } from "./entries.ts";
import { kept, NOTHING, type Selection } from "./selection.ts";
import { Uploads } from "./uploads.ts";

const EMPTY_NOTEBOOK = JSON.stringify({
  cells: [{ cell_type: "code", execution_count: null, id: "first", metadata: {}, outputs: [], source: [] }],
  metadata: { kernelspec: { display_name: "Python 3 (ipykernel)", language: "python", name: "python3" } },
  nbformat: 4,
  nbformat_minor: 5,
});

export type Loaded = Listing | { readonly problem: string } | null;

export class Explorer {
  readonly calls: FileCalls;
  readonly uploads: Uploads;
  readonly listing: Signal<Loaded> = signal(null);
  readonly order: Signal<Order> = signal({ column: "name", isDown: false });
  readonly text: Signal<string> = signal("");
  readonly hidden: Signal<boolean> = signal(false);
  readonly selection: Signal<Selection> = signal(NOTHING);
  /** Names of entries that somebody has open, or has something open in. */
  readonly open: ReadonlySignal<ReadonlySet<string>>;
  readonly published: Signal<ReadonlyMap<string, string>> = signal(new Map());
  readonly rows: ReadonlySignal<readonly Entry[]>;
  readonly selected: ReadonlySignal<readonly Entry[]>;
  readonly project: string;
  readonly #path: ReadonlySignal<string>;
  readonly #site: Site;

  /** `path`: the directory, without a slash at its end. */
  constructor(site: Site, project: string, path: ReadonlySignal<string>) {
    this.project = project;
    this.#site = site;
    this.#path = path;
    this.calls = new FileCalls(site.api, project);
    this.uploads = new Uploads(site.api, project, () => void this.load());
    const entries = computed(() => {
      const listing = this.listing.value;
      return listing !== null && "entries" in listing ? listing.entries : [];
    });
    this.open = computed(() => {
      const listing = this.listing.value;
      return new Set(listing !== null && "open" in listing ? listing.open : []);
    });
    this.rows = computed(() => {
      const wish = { order: this.order.value, text: this.text.value, hidden: this.hidden.value };
      return shown(entries.value, wish, language.value);
    });
    this.selected = computed(() => this.rows.value.filter(({ name }) => this.selection.value.names.has(name)));
  }

  get path(): string {
    return this.#path.value;
  }

  get mayEdit(): boolean {
    const listing = this.listing.value;
    return listing !== null && "mayEdit" in listing && listing.mayEdit;
  }

  pathOf(entry: Entry): string {
    return joined(this.path, entry.name);
  }

  /** Ask what is there now; what is known stays if the hub cannot be reached. */
  async load(end?: AbortSignal): Promise<void> {
    const path = this.#path.peek();
    const before = this.listing.peek();
    const known = before !== null && "entries" in before ? before : null;
    try {
      const listing = await this.calls.list(path, known, end);
      if (path !== this.#path.peek() || end?.aborted) return;
      this.listing.value = listing;
      this.selection.value = kept(this.selection.peek(), new Set(listing.entries.map(({ name }) => name)));
    } catch (error) {
      if (known === null && path === this.#path.peek() && !end?.aborted)
        this.listing.value = { problem: inWords(error) };
    }
  }

  /** Another directory is shown. */
  reset(): void {
    this.listing.value = null;
    this.selection.value = NOTHING;
    this.text.value = "";
  }

  /** Do something; what goes wrong is told, and what is there is asked anew. Returns whether it was done. */
  async #act(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.#site.toasts.complain(inWords(error));
      return false;
    } finally {
      void this.load();
    }
  }

  #taken(): ReadonlySet<string> {
    const listing = this.listing.peek();
    return new Set(listing !== null && "entries" in listing ? listing.entries.map(({ name }) => name) : []);
  }

  /** Make a file with a name like that, and go to it. */
  async makeAndOpen(kind: "file" | "notebook" | "terminal", open: (path: string) => void): Promise<void> {
    const wished = {
      file: `${words.untitled()}.txt`,
      notebook: `${words.untitled()}.ipynb`,
      terminal: "terminal.term",
    };
    const path = joined(this.path, freeName(wished[kind], this.#taken()));
    if (await this.#act(() => this.calls.makeFile(path, kind === "notebook" ? EMPTY_NOTEBOOK : ""))) open(path);
  }

  /** Rejects. */
  async makeDirectory(name: string): Promise<void> {
    await this.calls.makeDirectory(joined(this.path, name));
    await this.load();
  }

  /** Rejects. */
  async rename(entry: Entry, name: string): Promise<void> {
    if (name === entry.name) return;
    await this.calls.move([[this.pathOf(entry), joined(this.path, name)]]);
    await this.load();
    this.selection.value = { names: new Set([name]), active: name, anchor: name };
  }

  /** Rejects. */
  async moveInto(entries: readonly Entry[], directory: string): Promise<void> {
    await this.calls.move(entries.map((entry) => [this.pathOf(entry), joined(directory, entry.name)] as const));
    await this.load();
  }

  async duplicate(entry: Entry): Promise<void> {
    const name = freeName(entry.name, this.#taken());
    await this.#act(() => this.calls.copy(this.pathOf(entry), this.project, joined(this.path, name)));
  }

  /** Into the trash, with a way back. */
  async delete(entries: readonly Entry[]): Promise<void> {
    const [first] = entries;
    if (first === undefined) return;
    let ids: readonly string[] = [];
    const deleting = async (): Promise<void> => {
      ids = await this.calls.delete(entries.map((entry) => this.pathOf(entry)));
    };
    if (!(await this.#act(deleting))) return;
    const [name, count] = [visible(first.name), entries.length];
    const told = count === 1 ? words.deletedOne({ name }) : words.deletedMany({ count });
    const undo = (): void => void this.#act(() => this.calls.restore(ids));
    this.#site.toasts.tell(told, { label: words.undo(), act: undo });
  }

  async publish(path: string, isPublic: boolean): Promise<void> {
    await this.calls.publish(path, isPublic);
    await this.loadPublished();
  }

  async loadPublished(): Promise<void> {
    this.published.value = await this.calls.published().catch(() => new Map());
  }

  /** What a download of these asks for: a file, or a ZIP file of a directory or of these names in it. */
  #wanted(entries: readonly Entry[]): { readonly path: string; readonly names: readonly string[] | null } {
    const [first, ...others] = entries;
    if (first === undefined || others.length > 0) return { path: this.path, names: entries.map(({ name }) => name) };
    return { path: this.pathOf(first), names: first.kind === "directory" ? [] : null };
  }

  /** The address that gives these to a browser in which somebody has signed in. */
  download(entries: readonly Entry[]): string {
    const { path, names } = this.#wanted(entries);
    const query = names?.map((name) => `name=${encodeURIComponent(name)}`).join("&");
    const encoded = path.split("/").map(encodeURIComponent).join("/");
    return `${this.#site.api.url}/${names === null ? "files" : "zip"}/${this.project}/${encoded}${query ? `?${query}` : ""}`;
  }

  /** Have the browser save these where it does not prove who calls: from an address that is signed. */
  async save(entries: readonly Entry[]): Promise<void> {
    const { path, names } = this.#wanted(entries);
    const link = document.createElement("a");
    link.download = "";
    try {
      link.href = await this.calls.signed(path, names);
      link.click();
    } catch (error) {
      this.#site.toasts.complain(inWords(error));
    }
  }

  /** The page on which everybody finds what is published; null for what is not. */
  publicAddress(entry: Entry): string | null {
    const id = this.published.value.get(this.pathOf(entry));
    return id === undefined ? null : new URL(this.#site.router.href(sharePage(id)), location.href).href;
  }

  get title(): string {
    return visible(nameOf(this.path));
  }
}
