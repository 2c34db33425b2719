/** The project that its page is about: what the sections of the page work on. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { parseAddress } from "../../../state/address.ts";
import { Page as LivePage } from "../../../state/page.ts";
import { HttpError } from "../../api.ts";
import type { Action, Changes, Details, RunState } from "../../projects.ts";
import type { Site } from "../../site.ts";
import { inWords } from "../../ui/problems.ts";
import { repeatWhileVisible } from "../../ui/repeat.ts";
import { meanwhile } from "../../ui/run-state.tsx";
import { enterEmbedded } from "./embedded.ts";
import { Tabs } from "./tabs.ts";
import { closeWhenSent, keepUntilSent } from "./unsent.ts";

export const SECTIONS = ["files", "editors", "log", "settings"] as const;
export type SectionName = (typeof SECTIONS)[number];

/** Which part of a project an address shows. */
export interface Place {
  readonly section: SectionName;
  /** For `files` a directory with a slash at its end (or empty), for `editors` a file; decoded. */
  readonly path: string;
}

const ASK_EVERY_MS = 4000;

export class ProjectHere {
  readonly id: string;
  /** Sockets and documents: they go on while other sections are shown. */
  readonly live: LivePage;
  readonly tabs: Tabs;
  readonly place: ReadonlySignal<Place>;
  /** What the hub tells of it, asked again and again; null until it is known. */
  readonly details: Signal<Details | null> = signal(null);
  readonly title: ReadonlySignal<string>;
  /** Null until it is known; what this page has asked for counts at once. */
  readonly state: ReadonlySignal<RunState | null>;
  /** Why it does not run, or could not be started. */
  readonly trouble: ReadonlySignal<string | null>;
  /** Why nothing is known of it: there is no such project, one is not on it, or the hub cannot be reached. */
  readonly problem: Signal<string | null> = signal(null);
  readonly #acting: Signal<RunState | null> = signal(null);
  readonly #failed: Signal<string | null> = signal(null);
  readonly #site: Site;

  constructor(id: string, site: Site) {
    const { config, router } = site;
    this.id = id;
    this.#site = site;
    this.live = new LivePage(config, site.embedded?.address ?? parseAddress(new URL(location.href), config.base));
    this.tabs = new Tabs(id, site.session);
    this.place = computed(() => placeOf(router.path.value) ?? { section: "files", path: "" });
    this.title = computed(() => this.details.value?.title ?? "");
    this.state = computed(() => this.#acting.value ?? this.details.value?.state ?? null);
    this.trouble = computed(() => {
      if (this.state.value !== "opened") return null;
      return this.#failed.value ?? this.details.value?.state_error ?? null;
    });
  }

  /** The address of a place of this project: `files/a/` or `files/a/b.txt`, `log`, `settings`; not encoded. */
  href(place: string): string {
    return this.#site.router.href(this.#path(place));
  }

  go(place: string, options: { readonly replace?: boolean } = {}): void {
    this.#site.router.go(this.#path(place), options);
  }

  /** Close a file. If it was in front, the one beside it is now, or after the last one its folder. */
  close(path: string): void {
    const next = this.tabs.remove(path);
    const { section, path: front } = this.place.peek();
    const folder = path.slice(0, path.lastIndexOf("/") + 1);
    if (section === "editors" && front === path) this.go(`files/${next ?? folder}`, { replace: true });
    const file = this.live.files.find(this.id, path);
    if (file !== null) void closeWhenSent(this.live, file, () => this.tabs.paths.peek().includes(path));
  }

  /** Show a file that has another path now, in the place of its old one. */
  follow(old: string, path: string): void {
    const index = this.tabs.paths.peek().indexOf(old);
    this.tabs.add(path);
    this.tabs.move(path, index);
    this.go(`files/${path}`, { replace: true });
    this.close(old);
  }

  #path(place: string): string {
    return `/projects/${this.id}/${place.split("/").map(encodeURIComponent).join("/")}`;
  }

  /** Connect, and see how the project is; ends with what is returned, and when all that was written has been sent. */
  enter(): () => void {
    const { embedded, api } = this.#site;
    if (embedded === null) this.live.enter(this.id);
    else enterEmbedded(this.live, embedded, api);
    const end = keepUntilSent(this.live);
    const stop = repeatWhileVisible((signal) => this.ask(signal), ASK_EVERY_MS);
    return () => {
      stop();
      void end();
    };
  }

  /** Ask the hub anew what it knows of the project. */
  async ask(signal?: AbortSignal): Promise<void> {
    try {
      this.details.value = await this.#site.projects.details(this.id, signal);
      this.problem.value = null;
    } catch (error) {
      if (signal?.aborted || this.#site.embedded !== null) return; // a session for some paths is told nothing of it
      const isRefused = error instanceof HttpError && error.status === 403;
      if (isRefused || this.details.value === null) this.problem.value = isRefused ? "" : inWords(error);
    }
  }

  async act(action: Action): Promise<void> {
    this.#failed.value = null;
    this.#acting.value = meanwhile(action);
    try {
      await this.#site.projects.act(this.id, action);
    } catch (error) {
      this.#failed.value = inWords(error);
    }
    await this.ask();
    this.#acting.value = null;
  }

  /** Rejects as `Api.call`. */
  async describe(changes: Changes): Promise<void> {
    await this.#site.projects.describe(this.id, changes);
    await this.ask();
  }

  /** It, or that it is there again, is told in a moment. Rejects as `Api.call`. */
  async setDeleted(deleted: boolean): Promise<void> {
    await this.#site.projects.setDeleted(this.id, deleted);
    await this.ask();
  }
}

/** The place of a path of the site, or null if there is none. */
export function placeOf(path: string): Place | null {
  try {
    const [section, ...rest] = path.split("/").slice(3).map(decodeURIComponent);
    const inside = rest.join("/");
    if (section === "files")
      return { section: inside === "" || inside.endsWith("/") ? "files" : "editors", path: inside };
    return (section === "log" || section === "settings") && inside === "" ? { section, path: "" } : null;
  } catch {
    return null; // not percent-encoded as it should be
  }
}

export const ProjectContext = createContext<ProjectHere | null>(null);

export function useProject(): ProjectHere {
  const project = useContext(ProjectContext);
  if (project === null) throw new Error("there is no project around this");
  return project;
}
