/** Entries of a project's log in words. Events are what anybody on the project can have written. */
import { isString } from "../../../wire/json.ts";
import type { Entry } from "../../projects.ts";
import { projectLog as words } from "../../strings/project-log.ts";

type Names = Readonly<Record<string, string>>;

export interface Sentence {
  /** Who did it; empty if nobody did. */
  readonly who: string;
  readonly did: string;
  /** A file that it is about. */
  readonly path: string | null;
}

/** One that is split where the name of a file stands, so that this can be a link. */
export function sentenceOf({ account_id, event }: Entry, names: Names): Sentence {
  const who = account_id === null ? "" : nameOf(account_id, names);
  const path = event.event === "open" && isString(event.filename) && event.filename !== "" ? event.filename : null;
  return { who, did: did(event, account_id, names), path };
}

function nameOf(account_id: unknown, names: Names): string {
  return (isString(account_id) && names[account_id]) || words.somebody();
}

function did(event: Readonly<Record<string, unknown>>, by: string | null, names: Names): string {
  const text = (name: string): string => (isString(event[name]) ? event[name] : "");
  const whom = nameOf(event.account_id ?? event.removed_name, names);
  switch (event.event) {
    case "open":
      return words.open({ what: text("filename") });
    case "set":
      return text("title") ? words.title({ what: text("title") }) : words.set();
    case "project_ended":
      return words.project_ended({ what: text("reason") });
    case "add_collaborator":
      return event.account_id === by ? words.joined() : words.add_collaborator({ whom });
    case "remove_collaborator":
      return event.removed_name === by ? words.left() : words.remove_collaborator({ whom });
    case "change_collaborator":
      return event.group === "owner" ? words.made_owner({ whom }) : words.made_collaborator({ whom });
    case "invite":
      return words.invite({ whom: text("email_address") });
    case "start_project":
    case "stop_project":
    case "restart_project":
    case "delete_project":
    case "undelete_project":
      return words[event.event]();
    default:
      return words.other({ what: text("event") });
  }
}

/** Entries of the same day together; days and entries in the order in which they come. */
export function byDay(
  entries: readonly Entry[],
  dayOf: (time: number) => string,
): readonly [string, readonly Entry[]][] {
  const days = new Map<string, Entry[]>();
  for (const entry of entries) {
    const name = dayOf(entry.time);
    const known = days.get(name);
    if (known === undefined) days.set(name, [entry]);
    else known.push(entry);
  }
  return [...days];
}
