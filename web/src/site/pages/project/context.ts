/** The project that its page is about: what the sections of the page work on. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { parseAddress } from "../../../state/address.ts";
import { Page as LivePage } from "../../../state/page.ts";
import type { Site } from "../../site.ts";
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

export type RunState = "opened" | "starting" | "running" | "stopping";

export class ProjectHere {
  readonly id: string;
  /** Sockets and documents: they go on while other sections are shown. */
  readonly live: LivePage;
  readonly tabs: Tabs;
  readonly place: ReadonlySignal<Place>;
  readonly title: Signal<string> = signal("");
  /** Null until it is known. */
  readonly state: Signal<RunState | null> = signal(null);
  readonly #site: Site;

  constructor(id: string, site: Site) {
    const { config, router } = site;
    this.id = id;
    this.#site = site;
    this.live = new LivePage(config, parseAddress(new URL(location.href), config.base));
    this.tabs = new Tabs(id, site.session);
    this.place = computed(() => placeOf(router.path.value) ?? { section: "files", path: "" });
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

  #path(place: string): string {
    return `/projects/${this.id}/${place.split("/").map(encodeURIComponent).join("/")}`;
  }

  /** Connect; ends with what is returned, and when all that was written has been sent. */
  enter(): () => void {
    this.live.enter();
    const end = keepUntilSent(this.live);
    return () => void end();
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
