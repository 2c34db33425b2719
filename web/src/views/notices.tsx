/** Short notices above the file: they come and go by themselves and never ask for an answer. */
import { useSignalEffect } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { deferred } from "../outputs/deferred.ts";
import type { OpenFile } from "../state/open-file.ts";
import type { Page } from "../state/page.ts";
import { type Sentence, say } from "../state/say.ts";
import { TryAgain } from "./card.tsx";

/** What few files have. */
const FileNotices = deferred(async () => (await import("./file-notices.tsx")).FileNotices);

const BLOCKED_MS = 6_000;

interface NoticesProps {
  readonly page: Page;
  /** What to do when the page is no longer signed in. */
  readonly signedOut?: ComponentChildren;
  /** Show a file under the path that it has now; without it nothing else can be shown. */
  readonly follow?: ((file: OpenFile, path: string) => void) | undefined;
}

const SIGNED_OUT: Sentence =
  "You are no longer signed in. What you wrote is kept here until the page around this frame signs you in again.";

export function Notices({ page, signedOut = say(SIGNED_OUT), follow }: NoticesProps) {
  return (
    <div class="notices" role="status" aria-live="polite">
      <Connection page={page} signedOut={signedOut} />
      <OfFile page={page} follow={follow} />
      <Blocked page={page} />
    </div>
  );
}

function Connection({ page, signedOut }: Pick<NoticesProps, "page" | "signedOut">) {
  const session = page.session.state.value;
  if (page.files.front.value?.document.value == null) return null;
  if (session.name === "required" || session.name === "refused") {
    return (
      <p class="notice notice-warn">
        {signedOut} <TryAgain act={() => page.session.retry()} />
      </p>
    );
  }
  if (page.connection.status.value === "connected") return null;
  return (
    <p class="notice notice-warn notice-late">{say("Reconnecting… What you write is kept here and sent then.")}</p>
  );
}

function OfFile({ page, follow }: Pick<NoticesProps, "page" | "follow">) {
  const file = page.files.front.value;
  return file?.refusal.value || file?.document.value?.elsewhere.value ? (
    <FileNotices file={file} follow={follow} />
  ) : null;
}

function Blocked({ page }: { readonly page: Page }) {
  useSignalEffect(() => {
    if (page.blocked.value === null) return;
    const timer = setTimeout(() => {
      page.blocked.value = null;
    }, BLOCKED_MS);
    return () => clearTimeout(timer);
  });
  if (page.blocked.value === null) return null;
  const { path } = page.blocked.value;
  return (
    <p class="notice">
      {say(path ? "Only this file can be shown here: “{path}” stays closed." : "Only this file can be shown here.", {
        path,
      })}
    </p>
  );
}
