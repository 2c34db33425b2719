/** The banner: all there is to see while no file is open. Its id and states are part of the contract with embedders. */
import type { VNode } from "preact";
import { deferred } from "../outputs/deferred.ts";
import type { Page } from "../state/page.ts";
import { say } from "../state/say.ts";
import { Card } from "./card.tsx";

const Refusals = deferred(async () => (await import("./refusals.tsx")).Refusals);

type BannerState = "loading" | "ready" | "auth-required" | "error";

export function Banner({ page }: { readonly page: Page }): VNode {
  const state = stateOf(page);
  const { siteName } = page.config;
  return (
    <section id="carrel-embed-banner" data-state={state} role="status" aria-live="polite">
      {state === "ready" ? (
        <Ready siteName={siteName} kiosk={page.address.kiosk} />
      ) : state === "loading" ? (
        <Loading siteName={siteName} />
      ) : (
        <Refusals page={page} />
      )}
    </section>
  );
}

function stateOf(page: Page): BannerState {
  const session = page.session.state.value.name;
  if (window.origin === "null" || session === "refused") return "error";
  if (session === "required") return "auth-required";
  if (page.address.isWrong) return "error";
  return session === "in" && page.connection.status.value === "connected" ? "ready" : "loading";
}

function Ready({ siteName, kiosk }: { readonly siteName: string; readonly kiosk: boolean }) {
  return (
    <Card tone="good" title={say("{site} is ready", { site: siteName })}>
      <Logo />
      <p>
        {kiosk
          ? say("Nothing is open yet: the page around this frame decides what is shown.")
          : say("No file is open.")}
      </p>
    </Card>
  );
}

function Loading({ siteName }: { readonly siteName: string }) {
  return (
    <Card tone="plain" title={siteName}>
      <p class="loading">{say("Connecting…")}</p>
    </Card>
  );
}

function Logo() {
  return (
    <svg class="logo" viewBox="0 0 48 48" aria-hidden="true">
      <path d="M8 40V12a4 4 0 0 1 4-4h24a4 4 0 0 1 4 4v28M8 30h32M16 22h10M16 16h16" />
    </svg>
  );
}
