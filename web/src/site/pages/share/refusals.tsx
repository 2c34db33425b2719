/** What is said instead of what is shared. */
import type { VNode } from "preact";
import { useSite } from "../../site.ts";
import { common } from "../../strings/common.ts";
import { share as words } from "../../strings/share.ts";
import { Empty } from "../../ui/ui.tsx";

/** The address of the sign-in that leads back here. */
export function useSignInHref(): string {
  const { router } = useSite();
  return router.href(`/auth/sign-in?to=${encodeURIComponent(`${router.path.value}${router.search}`)}`);
}

export function SignInFirst(): VNode {
  return (
    <Empty title={words.signInTitle()}>
      <p>{words.signInAdvice()}</p>
      <a class="button primary" href={useSignInHref()}>
        {common.signIn()}
      </a>
    </Empty>
  );
}

export function NotShared(): VNode {
  const { router } = useSite();
  return (
    <Empty title={words.missingTitle()}>
      <p>{words.missingAdvice()}</p>
      <a href={router.href("/share")}>{words.toList()}</a>
    </Empty>
  );
}
