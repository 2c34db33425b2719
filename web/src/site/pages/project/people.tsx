/** Who works on a project: roles, removing, leaving, adding by name or by e-mail address. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useId } from "preact/hooks";
import type { Details, Person } from "../../projects.ts";
import { useSite } from "../../site.ts";
import { common } from "../../strings/common.ts";
import { projectSettings as words } from "../../strings/project-settings.ts";
import { initials } from "../../ui/people.tsx";
import { inWords } from "../../ui/problems.ts";
import { Dialog, Field, Problem } from "../../ui/ui.tsx";
import { useWork, type Work } from "../../ui/work.ts";
import { useProject } from "./context.ts";

export function PeopleSettings({ details }: { readonly details: Details }): VNode {
  const here = useProject();
  const work = useWork();
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>{words.people()}</h3>
      <Problem text={work.problem.value} />
      <ul class="people-list">
        {details.people.map((person) => (
          <OnProject key={person.account_id} person={person} details={details} work={work} />
        ))}
      </ul>
      {details.can_manage && <AddPerson people={details.people} />}
      {details.can_own && (
        <label class="check">
          <input
            type="checkbox"
            checked={details.owners_manage}
            disabled={work.busy.value}
            onChange={(event) => {
              const owners_manage = event.currentTarget.checked;
              void work.run(() => here.describe({ owners_manage }));
            }}
          />{" "}
          {words.ownersManage()}
        </label>
      )}
    </section>
  );
}

interface OnProjectProps {
  readonly person: Person;
  readonly details: Details;
  readonly work: Work;
}

function OnProject({ person, details, work }: OnProjectProps): VNode {
  const here = useProject();
  const site = useSite();
  const asks = useSignal(false);
  const isMe = site.person.value?.account_id === person.account_id;
  const mayGo = person.role !== "owner" && (isMe || details.can_manage);
  const remove = async (): Promise<void> => {
    asks.value = false;
    const done = await work.run(() => site.projects.removePerson(here.id, person.account_id).then(() => here.ask()));
    if (done && isMe) site.router.go("/projects");
  };
  const press = (): void => {
    if (isMe) asks.value = true;
    else void remove();
  };
  return (
    <li>
      <span class="initials initials-small" aria-hidden="true">
        {initials(person.name)}
      </span>
      <span class="person-name">
        {person.name} {isMe && <small class="soft">{words.you()}</small>}
      </span>
      <Role person={person} details={details} work={work} />
      {mayGo && (
        <button type="button" disabled={work.busy.value} onClick={press}>
          {isMe ? words.leave() : words.remove()}
          <span class="visually-hidden"> {person.name}</span>
        </button>
      )}
      {asks.value && (
        <Dialog title={words.leaveTitle()} onClose={() => (asks.value = false)}>
          <p>{words.leaveText()}</p>
          <div class="actions">
            <button type="button" onClick={() => (asks.value = false)}>
              {common.cancel()}
            </button>
            <button type="button" class="danger" onClick={() => void remove()}>
              {words.leave()}
            </button>
          </div>
        </Dialog>
      )}
    </li>
  );
}

function Role({ person, details, work }: OnProjectProps): VNode {
  const here = useProject();
  const { projects } = useSite();
  const names: Readonly<Record<string, string>> = {
    owner: words.owner(),
    collaborator: words.collaborator(),
    viewer: words.viewer(),
  };
  const isLastOwner = person.role === "owner" && details.people.filter(({ role }) => role === "owner").length === 1;
  if (!details.can_own || isLastOwner) return <span class="soft">{names[person.role] ?? person.role}</span>;
  const change = (role: string): Promise<unknown> =>
    projects.changeRole(here.id, person.account_id, role).finally(() => here.ask());
  return (
    <select
      aria-label={words.role({ name: person.name })}
      value={person.role}
      disabled={work.busy.value}
      onChange={(event) => void work.run(() => change(event.currentTarget.value))}
    >
      {["owner", "collaborator"].map((role) => (
        <option key={role} value={role}>
          {names[role]}
        </option>
      ))}
    </select>
  );
}

const TYPED_MS = 250;
const LEAST_LETTERS = 2;
const ADDRESS = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

type Found = readonly { readonly account_id: string; readonly name: string }[];

/** What is typed is looked for; who has no account is invited by address. */
function AddPerson({ people }: { readonly people: readonly Person[] }): VNode {
  const here = useProject();
  const { projects, toasts } = useSite();
  const query = useSignal("");
  const found = useSignal<Found | null>(null);
  const work = useWork();
  const typed = query.value.trim();
  useEffect(() => {
    found.value = null;
    if (typed.length < LEAST_LETTERS) return;
    const end = new AbortController();
    const look = async (): Promise<void> => {
      found.value = await projects.search(typed, end.signal);
    };
    const timer = setTimeout(() => {
      look().catch((error) => {
        if (!end.signal.aborted) work.problem.value = inWords(error);
      });
    }, TYPED_MS);
    return () => {
      clearTimeout(timer);
      end.abort();
    };
  }, [typed, projects, found, work]);
  const carryOut = async (act: () => Promise<string>): Promise<void> => {
    const done = await work.run(async () => {
      toasts.tell(await act());
      await here.ask();
    });
    if (done) query.value = "";
  };
  const add = (account_id: string, name: string): Promise<void> =>
    carryOut(() => projects.addPerson(here.id, account_id).then(() => words.added({ name })));
  const invite = (address: string): Promise<void> =>
    carryOut(async () => {
      const isAdded = await projects.invite(here.id, address);
      return isAdded ? words.added({ name: address }) : words.invited({ name: address });
    });
  const isHere = (account_id: string): boolean => people.some((one) => one.account_id === account_id);
  return (
    <>
      <Field
        label={words.add()}
        hint={words.addHint()}
        type="search"
        autocomplete="off"
        value={query.value}
        onText={(text) => (query.value = text)}
      />
      <Problem text={work.problem.value} />
      {found.value !== null && (
        <ul class="people-list" aria-live="polite">
          {found.value.map(({ account_id, name }) => (
            <li key={account_id}>
              <span class="person-name">{name}</span>
              {isHere(account_id) ? (
                <span class="soft">{words.alreadyHere()}</span>
              ) : (
                <button type="button" disabled={work.busy.value} onClick={() => void add(account_id, name)}>
                  {words.addIt()}
                  <span class="visually-hidden"> {name}</span>
                </button>
              )}
            </li>
          ))}
          {found.value.length === 0 &&
            (ADDRESS.test(typed) ? (
              <li>
                <button type="button" disabled={work.busy.value} onClick={() => void invite(typed)}>
                  {words.invite({ address: typed })}
                </button>
              </li>
            ) : (
              <li class="soft">{words.nobody()}</li>
            ))}
        </ul>
      )}
    </>
  );
}
