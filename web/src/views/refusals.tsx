/** Why nothing can be opened, and what can be done about it: cards that few people see. */
import type { VNode } from "preact";
import { LEAVES } from "../embed/confinement.ts";
import type { Page } from "../state/page.ts";
import { say } from "../state/say.ts";
import type { SessionState } from "../state/session.ts";
import { Card, Choices, sentence, TryAgain } from "./card.tsx";

export function Refusals({ page }: { readonly page: Page }): VNode {
  const session = page.session.state.value;
  if (window.origin === "null") return <OpaqueOrigin />;
  if (session.name === "required") return <SignInNeeded page={page} why={session.why} />;
  return session.name === "refused" ? <Refused page={page} session={session} /> : <NoSuchFile />;
}

const REASONS = {
  missing: "This page does not know who you are. The page around it can sign you in.",
  invalid: "The link that led here is no longer good. The page around it can sign you in with a new one.",
  expired: "You were signed in for a long time, and that has ended. The page around it can sign you in again.",
} as const;

function SignInNeeded({ page, why }: { readonly page: Page; readonly why: keyof typeof REASONS }) {
  return (
    <Card tone="warn" title={say("Sign-in needed")}>
      <p>{say(REASONS[why])}</p>
      <SignInChoices page={page} />
    </Card>
  );
}

function Refused({ page, session }: { readonly page: Page; readonly session: SessionState & { name: "refused" } }) {
  const isThrottled = session.code === "throttled";
  return (
    <Card tone="bad" title={isThrottled ? say("Too many attempts") : say("No access")}>
      <p>
        {isThrottled ? say("Too many sign-ins have failed. Wait a minute, then try again.") : sentence(session.message)}
      </p>
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
    <Card tone="bad" title={say("No such file")}>
      <p>{say("The address of this frame names a project or a file that cannot be.")}</p>
    </Card>
  );
}

function OpaqueOrigin() {
  return (
    <Card tone="bad" title={say("This embed needs allow-same-origin")}>
      <p>{say("The page around this frame sandboxes it too much: its “sandbox” must contain “allow-same-origin”.")}</p>
    </Card>
  );
}

/** The same file, with everything around it, where a sign-in is possible. */
function OpenInNewTab({ page }: { readonly page: Page }) {
  const { projectId, path } = page.address;
  const file = projectId !== null && path !== null ? `/projects/${projectId}/files/${encodePath(path)}` : "/app";
  return (
    <a class="button" href={`${page.config.base}${file}`} target="_blank" rel="noopener" {...{ [LEAVES]: "" }}>
      {say("Open in a new tab")}
    </a>
  );
}

const encodePath = (path: string): string => path.split("/").map(encodeURIComponent).join("/");
