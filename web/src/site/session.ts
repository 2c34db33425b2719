/** Sessions: names under which this browser remembers which files are open (embedding: query parameters). */
import { quietly } from "../state/kept.ts";
import { isObject, isStrings, parseJson } from "../wire/json.ts";

const LAST_KEPT_AS = "carrel-session";
const keptAs = (name: string): string => `carrel-session:${name}`;

export class NamedSession {
  /** Null: nothing is restored and nothing saved. */
  readonly name: string | null;

  /** `asked` is what the address asked for, or null if it said nothing. */
  constructor(asked: string | null) {
    if (asked) quietly(() => localStorage.setItem(LAST_KEPT_AS, asked));
    this.name = asked === "" ? null : (asked ?? quietly(() => localStorage.getItem(LAST_KEPT_AS)) ?? "default");
  }

  /** The open files of a project, in their order. */
  recall(projectId: string): readonly string[] {
    const paths = this.#read()[projectId];
    return isStrings(paths) ? paths : [];
  }

  keep(projectId: string, paths: readonly string[]): void {
    if (this.name === null) return;
    const { [projectId]: _, ...others } = this.#read();
    const all = paths.length === 0 ? others : { ...others, [projectId]: paths };
    const key = keptAs(this.name);
    quietly(() => localStorage.setItem(key, JSON.stringify(all)));
  }

  /** Anew each time, as other windows of this browser write as well. */
  #read(): Readonly<Record<string, unknown>> {
    if (this.name === null) return {};
    const key = keptAs(this.name);
    const kept = parseJson(quietly(() => localStorage.getItem(key)) ?? "");
    return isObject(kept) ? kept : {};
  }
}
