/** What can be done with the projects of a list, and what is known of their states. */
import { type Signal, signal } from "@preact/signals";
import type { Action, Listed, Listing, RunState } from "../../projects.ts";
import type { Site } from "../../site.ts";
import { projects as words } from "../../strings/projects.ts";
import { running } from "../../strings/running.ts";
import { inWords } from "../../ui/problems.ts";
import { meanwhile, reasonIn } from "../../ui/run-state.tsx";
import type { Loading } from "../../ui/work.ts";

type States = Readonly<Record<string, RunState>>;

export class ListActions {
  readonly #site: Site;
  readonly #loading: Loading<Listing>;
  /** Of projects that do not just lie there; null until the hub was asked. */
  readonly #states: Signal<States | null> = signal(null);
  /** Of those with which this page does something. */
  readonly #acting: Signal<States> = signal({});

  constructor(site: Site, loading: Loading<Listing>) {
    this.#site = site;
    this.#loading = loading;
  }

  stateOf({ project_id, state }: Listed): RunState {
    const known = this.#states.value;
    return this.#acting.value[project_id] ?? (known === null ? state : (known[project_id] ?? "opened"));
  }

  async askForStates(signal?: AbortSignal): Promise<void> {
    this.#states.value = await this.#site.projects.states(signal);
  }

  async act(project: Listed, action: Action): Promise<void> {
    const id = project.project_id;
    this.#acting.value = { ...this.#acting.value, [id]: meanwhile(action) };
    try {
      await this.#site.projects.act(id, action);
    } catch (error) {
      this.#site.toasts.complain(`${running.failed({ title: project.title })} ${reasonIn(inWords(error))}`);
    }
    await this.askForStates().catch(() => undefined); // it is asked for again in a moment
    const { [id]: _, ...others } = this.#acting.value;
    this.#acting.value = others;
  }

  /** Rejects as `Api.call`. */
  async rename(project: Listed, title: string): Promise<void> {
    await this.#site.projects.describe(project.project_id, { title });
    this.#put({ ...project, title });
  }

  async setHidden(project: Listed, hidden: boolean): Promise<void> {
    this.#put({ ...project, hidden });
    const done = await this.#tried(project, () => this.#site.projects.hide(project.project_id, hidden));
    if (!done || !hidden) return;
    const undo = { label: words.undo(), act: () => void this.setHidden(project, false) };
    this.#site.toasts.tell(words.wasHidden({ title: project.title }), undo);
  }

  /** It goes from the list at once, to or from the deleted ones. */
  async setDeleted(project: Listed, deleted: boolean): Promise<void> {
    this.#without(project);
    const { projects, toasts } = this.#site;
    if (!(await this.#tried(project, () => projects.setDeleted(project.project_id, deleted)))) return;
    const said = deleted ? words.removed : words.restored;
    const takeBack = async (): Promise<void> => {
      await this.#tried(project, () => projects.setDeleted(project.project_id, !deleted));
      this.#put(project);
    };
    toasts.tell(said({ title: project.title }), { label: words.undo(), act: () => void takeBack() });
  }

  /** What fails is told, and what it has changed here is taken back. */
  async #tried(project: Listed, act: () => Promise<unknown>): Promise<boolean> {
    try {
      await act();
      return true;
    } catch (error) {
      this.#put(project);
      this.#site.toasts.complain(inWords(error));
      return false;
    }
  }

  #put(project: Listed): void {
    this.#change((projects) => {
      const isThere = projects.some(({ project_id }) => project_id === project.project_id);
      if (!isThere) return [project, ...projects];
      return projects.map((other) => (other.project_id === project.project_id ? project : other));
    });
  }

  #without(project: Listed): void {
    this.#change((projects) => projects.filter(({ project_id }) => project_id !== project.project_id));
  }

  #change(change: (projects: readonly Listed[]) => readonly Listed[]): void {
    const now = this.#loading.now.peek();
    if (now.state === "here") this.#loading.put({ ...now.value, projects: change(now.value.projects) });
  }
}
