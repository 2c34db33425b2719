/** What the pages about projects ask of the hub, and what they are told. */
import { type Signal, signal } from "@preact/signals";
import { anything, flag, list, maybe, number, object, record, type Shaped, text } from "../wire/shape.ts";
import { type Api, HttpError, Unreachable } from "./api.ts";

export const RUN_STATES = ["opened", "starting", "running", "stopping"] as const;
/** `opened`: it does not run. */
export type RunState = (typeof RUN_STATES)[number];

/** A state that this page does not know is shown as one that it does. */
export const runState = (value: unknown): RunState => RUN_STATES.find((known) => known === value) ?? "opened";

const listed = object({
  project_id: text,
  title: text,
  state: runState,
  last_edited: maybe(number),
  role: text,
  hidden: flag,
  people: list(text),
});
export type Listed = Shaped<typeof listed>;
const listing = object({ projects: list(listed), names: record(text) });
export type Listing = Shaped<typeof listing>;

const person = object({ account_id: text, name: text, role: text });
export type Person = Shaped<typeof person>;

const limits = object({ memory_mb: number, cores: number, disk_mb: number, processes: number });
export type Limits = Shaped<typeof limits>;

const details = object({
  project_id: text,
  title: text,
  description: text,
  state: runState,
  state_error: maybe(text),
  created: number,
  deleted: flag,
  hidden: flag,
  role: maybe(text),
  can_write: flag,
  can_own: flag,
  can_manage: flag,
  owners_manage: flag,
  people: list(person),
  limits,
});
export type Details = Shaped<typeof details>;

const usage = object({
  time: number,
  memory_bytes: maybe(number),
  cpu_seconds: maybe(number),
  processes: maybe(number),
  disk_bytes: number,
});
export type Usage = Shaped<typeof usage>;

const entry = object({ id: text, time: number, account_id: maybe(text), event: record(anything) });
export type Entry = Shaped<typeof entry>;
const place = (value: unknown): readonly [number, string] => {
  const [time, id] = list(anything)(value);
  return [number(time), text(id)];
};
const log = object({ entries: list(entry), names: record(text), next: maybe(place) });
export type Log = Shaped<typeof log>;

const terminal = object({ path: text, viewers: number, busy: flag });
/** A terminal whose shell runs, and how many pages show it. */
export type Terminal = Shaped<typeof terminal>;

const account = object({ account_id: text, first_name: text, last_name: text });

const ASK_EVERY_MS = 2000;

export type Action = "start" | "stop" | "restart";

/** What a project may be asked to change of itself. */
export interface Changes {
  readonly title?: string;
  readonly description?: string;
  readonly owners_manage?: boolean;
}

/** All methods reject as `Api.call`. */
export class ProjectCalls {
  /** How many changes were begun of which lists tell. */
  readonly changes: Signal<number> = signal(0);
  readonly #api: Api;
  #underWay: Promise<unknown> = Promise.resolve();

  constructor(api: Api) {
    this.#api = api;
  }

  /** As it is after all changes that were begun until it is here. */
  async list(deleted: boolean, signal?: AbortSignal): Promise<Listing> {
    for (;;) {
      await this.#underWay;
      const before = this.changes.peek();
      const found = await this.#api.call("/projects/list", { deleted }, listing, signal);
      if (this.changes.peek() === before) return found;
    }
  }

  #change(path: string, params: object): Promise<unknown> {
    const done = this.#api.call(path, params, anything);
    this.#underWay = Promise.allSettled([this.#underWay, done]);
    this.changes.value++;
    return done;
  }

  /** The states of those that start, run or stop. */
  async states(signal?: AbortSignal): Promise<Readonly<Record<string, RunState>>> {
    return (await this.#api.call("/projects/states", {}, object({ states: record(runState) }), signal)).states;
  }

  details(project_id: string, signal?: AbortSignal): Promise<Details> {
    return this.#api.call("/projects/details", { project_id }, details, signal);
  }

  usage(project_id: string, signal?: AbortSignal): Promise<Usage> {
    return this.#api.call("/projects/usage", { project_id }, usage, signal);
  }

  log(project_id: string, before: Log["next"], signal?: AbortSignal): Promise<Log> {
    return this.#api.call("/projects/log", { project_id, before }, log, signal);
  }

  async terminals(project_id: string, signal?: AbortSignal): Promise<readonly Terminal[]> {
    const shape = object({ terminals: list(terminal) });
    return (await this.#api.call("/projects/terminals", { project_id }, shape, signal)).terminals;
  }

  endTerminal(project_id: string, path: string): Promise<unknown> {
    return this.#api.call("/projects/terminals/end", { project_id, path }, anything);
  }

  /** Returns the id of the new project. */
  async create(title: string): Promise<string> {
    return (await this.#api.call("/projects/create", { title }, object({ project_id: text }))).project_id;
  }

  /** Resolves when it is done, which may take longer than one waits for an answer: then it is asked how it goes. */
  async act(project_id: string, action: Action): Promise<void> {
    try {
      await this.#api.call(`/projects/${action}`, { project_id }, anything);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      await this.#settled(project_id, action);
    }
  }

  async #settled(project_id: string, action: Action): Promise<void> {
    for (;;) {
      const { state, state_error } = await this.details(project_id);
      if (state === (action === "stop" ? "opened" : "running")) return;
      if (state !== "starting" && state !== "stopping") throw new HttpError(200, "error", state_error ?? state, null);
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  }

  describe(project_id: string, changes: Changes): Promise<unknown> {
    return this.#change("/projects/describe", { project_id, ...changes });
  }

  hide(project_id: string, hidden: boolean): Promise<unknown> {
    return this.#change("/projects/hide", { project_id, hidden });
  }

  setDeleted(project_id: string, deleted: boolean): Promise<unknown> {
    return this.#change(deleted ? "/projects/delete" : "/projects/restore", { project_id });
  }

  addPerson(project_id: string, account_id: string): Promise<unknown> {
    return this.#api.call("/projects/collaborators/add", { project_id, account_id }, anything);
  }

  removePerson(project_id: string, account_id: string): Promise<unknown> {
    return this.#api.call("/projects/collaborators/remove", { project_id, account_id }, anything);
  }

  changeRole(project_id: string, target_account_id: string, new_group: string): Promise<unknown> {
    const params = { project_id, target_account_id, new_group };
    return this.#api.call("/projects/collaborators/change-user-type", params, anything);
  }

  /** Returns whether there is an account with that address, which now is on the project; else it was sent a link. */
  async invite(project_id: string, email_address: string): Promise<boolean> {
    const params = { project_id, email_address };
    return (await this.#api.call("/projects/collaborators/invite", params, object({ added: flag }))).added;
  }

  /** Returns the project that the invitation was for. */
  async join(token: string): Promise<string> {
    return (await this.#api.call("/projects/collaborators/join", { token }, object({ project_id: text }))).project_id;
  }

  async search(query: string, signal?: AbortSignal): Promise<readonly { account_id: string; name: string }[]> {
    const found = await this.#api.call("/accounts/search", { query }, list(account), signal);
    return found.map((one) => ({ account_id: one.account_id, name: `${one.first_name} ${one.last_name}`.trim() }));
  }
}
