/** The frame around the site's pages: bar with navigation and account, the page, messages. */
import "../theme.css";
import "./frame.css";
import { useSignalEffect } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { deferred } from "../outputs/deferred.ts";
import { THEME_CHOICES, type ThemeChoice } from "../state/address.ts";
import { choose, LANGUAGES, language } from "../state/language.ts";
import { type Overlay, overlayOf } from "./commands.ts";
import { Loaded } from "./loaded.tsx";
import { match, type Params } from "./router.ts";
import { ROUTES, type SiteRoute } from "./routes.ts";
import { type Person, useSite } from "./site.ts";
import { common } from "./strings/common.ts";
import { inWords } from "./ui/problems.ts";
import { Empty, Menu, Problem, Skeleton, ToastList } from "./ui/ui.tsx";

const Overlays = deferred(async () => (await import("./palette/overlays.tsx")).Overlays);

export function Frame(): VNode {
  const site = useSite();
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    if (site.embedded === null) void site.recognise().catch((error) => setProblem(inWords(error)));
  }, [site]);
  useSignalEffect(() => {
    const { dataset } = document.documentElement;
    if (site.theme.choice.value === "auto") delete dataset.theme;
    else dataset.theme = site.theme.choice.value;
  });
  const [overlay, show, hide] = useOverlay();
  const person = site.person.value;
  return (
    <>
      <a class="skip" href="#content">
        {common.skip()}
      </a>
      {site.embedded === null && <Bar person={person} />}
      {person?.impersonator != null && <ActingBar person={person} admin={person.impersonator} />}
      <main class="site-content" id="content" tabIndex={-1}>
        {problem !== null ? (
          <Problem text={problem} />
        ) : site.embedded === null ? (
          <Routed person={person} />
        ) : (
          <EmbeddedProject id={site.embedded.projectId} />
        )}
      </main>
      <ToastList toasts={site.toasts} />
      {overlay !== null && (
        <Overlays key={overlay.number} which={overlay.which} show={show} close={() => hide(overlay)} />
      )}
    </>
  );
}

interface Shown {
  readonly which: Overlay;
  readonly number: number;
}

/** What keys have opened over the page. Dialogs tell late that they were closed: by then another one may be shown. */
function useOverlay(): [Shown | null, (which: Overlay) => void, (shown: Shown) => void] {
  const [overlay, setOverlay] = useState<Shown | null>(null);
  const count = useRef(0);
  const show = (which: Overlay): void => setOverlay({ which, number: ++count.current });
  const hide = (shown: Shown): void => setOverlay((current) => (current === shown ? null : current));
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const wanted = overlayOf(event);
      if (wanted === null) return;
      event.preventDefault();
      show(wanted);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  return [overlay, show, hide];
}

/** The page of the present address; who has not signed in is asked to, and comes back to it. */
function Routed({ person }: { readonly person: Person | null | undefined }): VNode {
  const { router } = useSite();
  const path = router.path.value;
  const found = findRoute(path, router.query.value);
  const address = `${path}${router.search}`;
  const wantsSignIn = person === null && !found?.route.isOpen;
  useEffect(() => {
    if (found?.route.leadsTo !== undefined) router.go(found.route.leadsTo, { replace: true });
    else if (wantsSignIn)
      router.go(`/auth/sign-in?to=${encodeURIComponent(address)}${location.hash}`, { replace: true });
  }, [router, address, found?.route, wantsSignIn]);
  if (found === null) return <Nothing />;
  if (found.route.load === undefined || wantsSignIn) return <Skeleton />;
  if (person === undefined && !found.route.isOpen) return <Skeleton />;
  return <Loaded key={found.route.path} load={found.route.load} params={found.params} />;
}

/** All that a page embedded as one project shows. */
function EmbeddedProject({ id }: { readonly id: string | null }): VNode {
  const { router } = useSite();
  const found = findRoute(router.path.value, router.query.value);
  const { load } = found?.route ?? {};
  if (id === null || found?.params.project_id !== id || load === undefined) {
    return (
      <Empty title={common.onlyProject()}>
        {id && <a href={router.href(`/projects/${id}/files/`)}>{common.toFiles()}</a>}
      </Empty>
    );
  }
  return <Loaded load={load} params={found.params} />;
}

function findRoute(
  path: string,
  query: URLSearchParams,
): { readonly route: SiteRoute; readonly params: Params } | null {
  for (const route of ROUTES) {
    const params = match(route.path, path);
    if (params !== null && (route.query === undefined || query.has(route.query))) return { route, params };
  }
  return null;
}

function Nothing(): VNode {
  const { router } = useSite();
  return (
    <Empty title={common.nothingHere()}>
      <a href={router.href("/projects")}>{common.toProjects()}</a>
    </Empty>
  );
}

/** It has its place before it is known who is signed in; who has not is led to where one does, but for there. */
function Bar({ person }: { readonly person: Person | null | undefined }): VNode {
  const { router, config } = useSite();
  const path = router.path.value;
  const isGuest = person === null && !path.startsWith("/auth/");
  const link = (to: string, text: string): VNode => (
    <a href={router.href(to)} aria-current={path.startsWith(to) ? "page" : undefined}>
      {text}
    </a>
  );
  return (
    <header class="site-bar">
      <a class="site-name" href={router.href(isGuest ? "/share" : "/projects")}>
        {config.siteName}
      </a>
      {person && (
        <>
          <nav>
            {link("/projects", common.projects())}
            {person.is_admin && person.impersonator === null && link("/admin", common.administration())}
          </nav>
          <AccountMenu person={person} />
        </>
      )}
      {isGuest && (
        <>
          <nav />
          <a class="button" href={router.href(`/auth/sign-in?to=${encodeURIComponent(`${path}${router.search}`)}`)}>
            {common.signIn()}
          </a>
        </>
      )}
    </header>
  );
}

function AccountMenu({ person }: { readonly person: Person }): VNode {
  const site = useSite();
  const { router } = site;
  return (
    <Menu
      label={
        <>
          <Initials person={person} /> <span class="visually-hidden">{common.account()}</span>
        </>
      }
    >
      <p class="menu-head">
        {person.first_name} {person.last_name}
        <br />
        <small>{person.email_address}</small>
      </p>
      <a href={router.href("/settings")}>{common.settings()}</a>
      <a href={router.href("/share")}>{common.shared()}</a>
      <hr />
      {LANGUAGES.map((code) => (
        <button key={code} type="button" aria-pressed={language.value === code} onClick={() => choose(code)}>
          {code === "en" ? "English" : "Deutsch"}
        </button>
      ))}
      <hr />
      {THEME_CHOICES.map((choice) => (
        <button
          key={choice}
          type="button"
          aria-pressed={site.theme.choice.value === choice}
          onClick={() => site.chooseTheme(choice)}
        >
          {themeName(choice)}
        </button>
      ))}
      <hr />
      <button type="button" onClick={() => void site.signOut().catch((error) => site.toasts.complain(inWords(error)))}>
        {common.signOut()}
      </button>
    </Menu>
  );
}

/** That one is signed in as somebody else, and the way back. */
function ActingBar({ person, admin: name }: { readonly person: Person; readonly admin: string }): VNode {
  const site = useSite();
  return (
    <aside class="acting-bar" aria-label={common.administration()}>
      <span>{common.actingAs({ name: `${person.first_name} ${person.last_name}`, admin: name })}</span>
      <button type="button" onClick={() => void site.return().catch((error) => site.toasts.complain(inWords(error)))}>
        {common.return()}
      </button>
    </aside>
  );
}

function themeName(choice: ThemeChoice): string {
  if (choice === "auto") return common.themeAuto();
  return choice === "dark" ? common.themeDark() : common.themeLight();
}

function Initials({ person }: { readonly person: Person }): VNode {
  const letters = `${person.first_name.charAt(0)}${person.last_name.charAt(0)}`.toUpperCase();
  return <span class="initials">{letters || "?"}</span>;
}
