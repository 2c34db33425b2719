/** Who else has a document open, from its awareness. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Awareness } from "y-protocols/awareness";
import { say } from "../state/say.ts";
import { isObject, isString } from "../wire/json.ts";

export interface Person {
  readonly name: string;
  /** A colour that CSS may be given. */
  readonly color: string;
}

export interface Present extends Person {
  /** Number of their page. */
  readonly client: number;
  readonly accountId: string;
  /** The cell of a notebook that they are at. */
  readonly cell: string | null;
}

const SOMEBODY = "#6b7280";

/** Who is behind an awareness state, whatever it holds. */
export function personOf(state: unknown): Person {
  const user = isObject(state) && isObject(state.user) ? state.user : {};
  const color = isString(user.color) && /^#[0-9a-f]{3,8}$/i.test(user.color) ? user.color : SOMEBODY;
  return { name: isString(user.name) && user.name ? user.name.slice(0, 80) : say("Somebody"), color };
}

/** The other pages that have the document open, and what ends watching them. */
export function watchPeople(awareness: Awareness): { people: ReadonlySignal<readonly Present[]>; end(): void } {
  const people = signal(present(awareness));
  const update = (): void => {
    const now = present(awareness);
    if (JSON.stringify(now) !== JSON.stringify(people.peek())) people.value = now;
  };
  awareness.on("change", update);
  return { people, end: () => awareness.off("change", update) };
}

function present(awareness: Awareness): readonly Present[] {
  const others = [...awareness.getStates()].filter(([client]) => client !== awareness.clientID);
  return others.map(([client, state]) => ({
    ...personOf(state),
    client,
    accountId: isObject(state.user) ? String(state.user.account_id) : String(client),
    cell: isString(state.cell) ? state.cell : null,
  }));
}
