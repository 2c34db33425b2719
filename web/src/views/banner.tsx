/** The banner: all there is to see while no file is open. Its id and states are part of the contract with embedders. */
import type { ComponentChildren } from "preact";
import { LEAVES } from "../embed/confinement.ts";
import type { Page } from "../state/page.ts";
import type { SessionState } from "../state/session.ts";
import { Card, Choices } from "./card.tsx";

type BannerState = "loading" | "ready" | "auth-required" | "error";

interface Look {
  readonly state: BannerState;
  readonly content: ComponentChildren;
}

export function Banner({ page }: { readonly page: Page }) {
  const { state, content } = lookOf(page);
  return (
    <section id="carrel-embed-banner" data-state={state} role="status" aria-live="polite">
      {content}
    </section>
  );
}

function lookOf(page: Page): Look {
  const session = page.session.state.value;
  if (window.origin === "null") return { state: "error", content: <OpaqueOrigin /> };
  if (session.name === "required")
    return { state: "auth-required", content: <SignInNeeded page={page} why={session.why} /> };
  if (session.name === "refused") return { state: "error", content: <Refused page={page} session={session} /> };
  const { siteName } = page.config;
  if (page.address.isWrong) return { state: "error", content: <NoSuchFile /> };
  if (session.name === "in" && page.connection.status.value === "connected") {
    return { state: "ready", content: <Ready siteName={siteName} kiosk={page.address.kiosk} /> };
  }
  return { state: "loading", content: <Loading siteName={siteName} /> };
}

function Ready({ siteName, kiosk }: { readonly siteName: string; readonly kiosk: boolean }) {
  return (
    <Card tone="good" title={`${siteName} is ready`}>
      <Logo />
      <p>{kiosk ? "Nothing is open yet: the page around this frame decides what is shown." : "No file is open."}</p>
    </Card>
  );
}

function Loading({ siteName }: { readonly siteName: string }) {
  return (
    <Card tone="plain" title={siteName}>
      <p class="loading">Connecting…</p>
    </Card>
  );
}

const REASONS = {
  missing: "This page does not know who you are. The page around it can sign you in.",
  invalid: "The link that led here is no longer good. The page around it can sign you in with a new one.",
  expired: "You were signed in for a long time, and that has ended. The page around it can sign you in again.",
};

function SignInNeeded({ page, why }: { readonly page: Page; readonly why: keyof typeof REASONS }) {
  return (
    <Card tone="warn" title="Sign-in needed">
      <p>{REASONS[why]}</p>
      <SignInChoices page={page} />
    </Card>
  );
}

function Refused({ page, session }: { readonly page: Page; readonly session: SessionState & { name: "refused" } }) {
  const isThrottled = session.code === "throttled";
  return (
    <Card tone="bad" title={isThrottled ? "Too many attempts" : "No access"}>
      <p>{isThrottled ? "Too many sign-ins have failed. Wait a minute, then try again." : sentence(session.message)}</p>
      <SignInChoices page={page} />
    </Card>
  );
}

function SignInChoices({ page }: { readonly page: Page }) {
  return (
    <Choices>
      <OpenInNewTab page={page} />
      <TryAgain act={() => page.session.retry()} />
    </Choices>
  );
}

function NoSuchFile() {
  return (
    <Card tone="bad" title="No such file">
      <p>The address of this frame names a project or a file that cannot be.</p>
    </Card>
  );
}

function OpaqueOrigin() {
  return (
    <Card tone="bad" title="This embed needs allow-same-origin">
      <p>
        The page around this frame sandboxes it too much: its <code>sandbox</code> attribute must contain{" "}
        <code>allow-same-origin</code>.
      </p>
    </Card>
  );
}

/** The same file, with everything around it, where a sign-in is possible. */
function OpenInNewTab({ page }: { readonly page: Page }) {
  const { projectId, path } = page.address;
  const file = projectId !== null && path !== null ? `/projects/${projectId}/files/${encodePath(path)}` : "/app";
  return (
    <a class="button" href={`${page.config.base}${file}`} target="_blank" rel="noopener" {...{ [LEAVES]: "" }}>
      Open in a new tab
    </a>
  );
}

export function TryAgain({ act }: { readonly act: () => unknown }) {
  return (
    <button type="button" onClick={() => void act()}>
      Try again
    </button>
  );
}

function Logo() {
  return (
    <svg class="logo" viewBox="0 0 48 48" aria-hidden="true">
      <path d="M8 40V12a4 4 0 0 1 4-4h24a4 4 0 0 1 4 4v28M8 30h32M16 22h10M16 16h16" />
    </svg>
  );
}

const encodePath = (path: string): string => path.split("/").map(encodeURIComponent).join("/");

/** A message of the server as a sentence of a page. */
export function sentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
