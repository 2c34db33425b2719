/** The files of a project that have a tab, in the order of their tabs. */
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { NamedSession } from "../../session.ts";

export class Tabs {
  readonly paths: ReadonlySignal<readonly string[]>;
  readonly #paths: Signal<readonly string[]>;
  readonly #projectId: string;
  readonly #session: NamedSession;

  constructor(projectId: string, session: NamedSession) {
    this.#projectId = projectId;
    this.#session = session;
    this.#paths = signal(session.recall(projectId));
    this.paths = this.#paths;
  }

  /** Have a tab for a file, at the end if it is new. */
  add(path: string): void {
    const paths = this.#paths.peek();
    if (!paths.includes(path)) this.#become([...paths, path]);
  }

  /** Take a tab away; the file whose tab takes its place, or null if it was the last one. */
  remove(path: string): string | null {
    const paths = this.#paths.peek();
    const index = paths.indexOf(path);
    const others = paths.filter((other) => other !== path);
    this.#become(others);
    return others[index] ?? others.at(-1) ?? null;
  }

  /** Give a tab the place of another one. */
  move(path: string, index: number): void {
    const paths = this.#paths.peek();
    if (!paths.includes(path) || index < 0 || index >= paths.length || paths[index] === path) return;
    const others = paths.filter((other) => other !== path);
    this.#become([...others.slice(0, index), path, ...others.slice(index)]);
  }

  #become(paths: readonly string[]): void {
    this.#paths.value = paths;
    this.#session.keep(this.#projectId, paths);
  }
}

/** What tabs are called: their files' names, with the folder where two would have the same. */
export function tabNames(
  paths: readonly string[],
): ReadonlyMap<string, { readonly name: string; readonly folder: string }> {
  const names = paths.map((path) => path.slice(path.lastIndexOf("/") + 1));
  return new Map(
    paths.map((path, index) => {
      const name = names[index] ?? path;
      const isAlone = names.indexOf(name) === names.lastIndexOf(name);
      return [path, { name, folder: isAlone ? "" : path.slice(0, -name.length) || "/" }];
    }),
  );
}
