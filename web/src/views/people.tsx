/** Who else has a document open, as a row of initials. */
import type { VNode } from "preact";
import type { Present } from "../editor/people.ts";
import { say } from "../state/say.ts";

/** How many are shown before a number stands for the rest. */
const SHOWN = 4;

export function People({ people }: { readonly people: readonly Present[] }): VNode | null {
  const accounts = [...new Map(people.map((person) => [person.accountId, person])).values()];
  if (accounts.length === 0) return null;
  const rest = accounts.slice(SHOWN);
  return (
    <ul class="people" aria-label={say("Also here")}>
      {accounts.slice(0, SHOWN).map(({ accountId, name, color }) => (
        <li key={accountId} title={name} style={{ background: color }}>
          <span aria-hidden="true">{initials(name)}</span>
          <span class="visually-hidden">{name}</span>
        </li>
      ))}
      {rest.length > 0 && <li title={rest.map((person) => person.name).join(", ")}>+{rest.length}</li>}
    </ul>
  );
}

/** The first letters of the first and the last word. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = [words[0], words.length > 1 ? words.at(-1) : ""].map((word) => Array.from(word ?? "")[0] ?? "");
  return letters.join("").toUpperCase();
}
