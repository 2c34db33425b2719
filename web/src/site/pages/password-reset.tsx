/** Setting a new password, by the link of a mail. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { object, text } from "../../wire/shape.ts";
import type { Params } from "../router.ts";
import { useSite } from "../site.ts";
import { passwords } from "../strings/sign-in.ts";
import { NewPasswordField } from "../ui/fields.tsx";
import { Problem } from "../ui/ui.tsx";
import { useWork } from "../ui/work.ts";

export function Page({ params }: { readonly params: Params }): VNode {
  const site = useSite();
  const password = useSignal("");
  const work = useWork();
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const done = await work.run(async () => {
      const wish = {
        passwordResetId: params.code ?? site.router.query.value.get("forgot") ?? "",
        password: password.value,
      };
      await site.api.call("/auth/redeem-password-reset", wish, object({ account_id: text }));
      await site.enter();
    });
    if (!done) return;
    site.toasts.tell(passwords.isSet());
    site.router.go("/projects", { replace: true });
  };
  return (
    <div class="page page-narrow">
      <h1>{passwords.forgotTitle()}</h1>
      <form onSubmit={(event) => void submit(event)}>
        <Problem text={work.problem.value} />
        <NewPasswordField autofocus value={password.value} onText={(typed) => (password.value = typed)} />
        <div class="actions">
          <button type="submit" class="primary" disabled={work.busy.value}>
            {work.busy.value ? passwords.setting() : passwords.set()}
          </button>
          <a href={site.router.href("/auth/forgot-password")}>{passwords.askAgain()}</a>
        </div>
      </form>
    </div>
  );
}
