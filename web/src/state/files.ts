/** The files that are open in this page, and which of them is in front. */
import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Connection } from "./connection.ts";
import { OpenFile, type OpenWish } from "./open-file.ts";

/** Project id → paths. */
export type PathsByProject = Readonly<Record<string, readonly string[]>>;

export class OpenFiles {
  /** All of them, the one in front last. */
  readonly all: ReadonlySignal<readonly OpenFile[]>;
  readonly front: ReadonlySignal<OpenFile | null>;
  /** What is open; not what is still to be opened. */
  readonly open: ReadonlySignal<PathsByProject>;
  /** What has edits that are not yet in its file. */
  readonly dirty: ReadonlySignal<PathsByProject>;
  readonly #files: Signal<readonly OpenFile[]> = signal([]);
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.all = this.#files;
    this.front = computed(() => this.#files.value.at(-1) ?? null);
    this.open = computed(() => byProject(this.#files.value.filter((file) => file.phase.value.name === "open")));
    this.dirty = computed(() => byProject(this.#files.value.filter((file) => file.dirty.value)));
  }

  find(projectId: string, path: string): OpenFile | null {
    return this.#files.value.find((file) => file.projectId === projectId && file.path === path) ?? null;
  }

  /** Open a file, or take it as it is if it is open; in front, or behind what is there. */
  enter(wish: OpenWish, place: "front" | "behind"): OpenFile {
    const known = this.find(wish.projectId, wish.path);
    const file = known ?? new OpenFile(this.#connection, wish);
    if (known !== null) known.reveal(wish.target);
    const others = this.#files.value.filter((other) => other !== file);
    if (place === "front") this.#files.value = [...others, file];
    else if (known === null) this.#files.value = [file, ...others];
    return file;
  }

  close(file: OpenFile): void {
    this.#files.value = this.#files.value.filter((other) => other !== file);
    file.dispose();
  }

  /** Close all at once; what was not sent is lost. */
  drop(): void {
    const files = this.#files.value;
    batch(() => {
      this.#files.value = [];
      for (const file of files) file.dispose();
    });
  }
}

function byProject(files: readonly OpenFile[]): PathsByProject {
  const paths: Record<string, string[]> = {};
  for (const file of files) {
    paths[file.projectId] ??= [];
    paths[file.projectId]?.push(file.path);
  }
  return paths;
}
