/** What all pages of the site share: who is signed in, where one is, and the API. */
import { type Signal, signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Boot } from "../embed/boot.ts";
import { THEME_CHOICES, type ThemeChoice } from "../state/address.ts";
import { quietly } from "../state/kept.ts";
import { Theme } from "../state/theme.ts";
import type { Config } from "../wire/config.ts";
import { flag, maybe, object, type Shaped, text } from "../wire/shape.ts";
import { Api, HttpError } from "./api.ts";
import { Commands } from "./commands.ts";
import { type House, readHouse } from "./house.ts";
import { ProjectCalls } from "./projects.ts";
import { match, Router } from "./router.ts";
import { NamedSession } from "./session.ts";
import { common } from "./strings/common.ts";
import { Toasts } from "./ui/toasts.ts";

const person = object({
  account_id: text,
  first_name: text,
  last_name: text,
  email_address: maybe(text),
  email_address_verified: flag,
  name: maybe(text),
  is_admin: flag,
  /** The admin who is signed in as this person. */
  impersonator: maybe(text),
});
export type Person = Shaped<typeof person>;

/** What the page's first script has found. */
type Begun = Pick<Boot, "address" | "session" | "sign" | "impersonates">;

export interface Embedded extends Pick<Boot, "address" | "sign"> {
  readonly projectId: string | null;
}

const THEME_KEPT_AS = "carrel-theme";

export class Site {
  readonly config: Config;
  readonly house: House = readHouse();
  readonly api: Api;
  readonly projects: ProjectCalls;
  readonly router: Router;
  /** The page shows one project in a frame of another site, by a session of its own instead of the browser's sign-in. */
  readonly embedded: Embedded | null;
  /** Where it is remembered which files are open. */
  readonly session: NamedSession;
  readonly commands = new Commands();
  readonly toasts = new Toasts();
  readonly theme: Theme;
  /** Who is signed in; `null`: nobody, `undefined`: not known yet. */
  readonly person: Signal<Person | null | undefined> = signal(undefined);
  /** The auth token of a link with which this browser is to be signed in. */
  readonly token: string | null;

  constructor(config: Config, { address, session, sign, impersonates }: Begun) {
    this.config = config;
    this.token = impersonates;
    this.api = new Api(config.base);
    this.projects = new ProjectCalls(this.api);
    this.router = new Router(config.base);
    this.embedded = address.fullscreen === "project" ? { address, sign, projectId: projectOf(this.router) } : null;
    this.session = new NamedSession(session);
    this.theme = new Theme(this.embedded?.address.theme ?? keptTheme());
    this.api.onSignedOut = () => {
      this.person.value = null;
    };
  }

  /** Ask who is signed in. Rejects as `Api.call`. */
  async recognise(): Promise<Person | null> {
    const { profile } = await this.api.call("/accounts/profile", {}, object({ profile: (value) => value }));
    const isSomebody = typeof profile === "object" && profile !== null && "account_id" in profile;
    this.person.value = isSomebody ? person(profile) : null;
    return this.person.value;
  }

  /** Whoever has just signed in. Rejects also if the browser did not keep the cookie. */
  async enter(): Promise<Person> {
    const person = await this.recognise();
    if (person === null) throw new HttpError(200, "error", common.notKept(), null);
    return person;
  }

  async signOut(): Promise<void> {
    await this.api.call("/accounts/sign-out", {}, object({}));
    this.person.value = null;
    this.router.go("/auth/sign-in");
  }

  /** End being signed in as somebody else. Rejects as `Api.call`, also if one's own sign-in has ended. */
  async return(): Promise<void> {
    await this.api.call("/auth/return", {}, object({}));
    location.assign(this.router.href("/admin")); // all that this page knows is the other person's
  }

  chooseTheme(choice: ThemeChoice): void {
    quietly(() => localStorage.setItem(THEME_KEPT_AS, choice));
    this.theme.choice.value = choice;
  }
}

function projectOf(router: Router): string | null {
  return match("/projects/:id/*", `${router.path.peek()}/`)?.id ?? null;
}

function keptTheme(): ThemeChoice {
  const kept = quietly(() => localStorage.getItem(THEME_KEPT_AS));
  return THEME_CHOICES.find((choice) => choice === kept) ?? "auto";
}

export const SiteContext = createContext<Site | null>(null);

export function useSite(): Site {
  const site = useContext(SiteContext);
  if (site === null) throw new Error("there is no site around this");
  return site;
}
