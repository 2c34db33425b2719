/** Asking for a link with which a new password can be set. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { object, text } from "../../wire/shape.ts";
import { useSite } from "../site.ts";
import { passwords, signIn } from "../strings/sign-in.ts";
import { Field, Problem } from "../ui/ui.tsx";
import { useWork } from "../ui/work.ts";

export function Page(): VNode {
  const { api, router } = useSite();
  const email = useSignal("");
  const isSent = useSignal(false);
  const work = useWork();
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const ask = () => api.call("/auth/password-reset", { email: email.value }, object({ success: text }));
    isSent.value = await work.run(ask);
  };
  const isUnknown = work.problem.value?.includes("no account with email") ?? false;
  return (
    <div class="page page-narrow">
      <h1>{isSent.value ? passwords.sentTitle() : passwords.forgotTitle()}</h1>
      {isSent.value ? (
        <p role="status">{passwords.sent({ email: email.value })}</p>
      ) : (
        <form onSubmit={(event) => void submit(event)}>
          <p>{passwords.forgotText()}</p>
          <Problem text={isUnknown ? null : work.problem.value} />
          <Field
            label={signIn.email()}
            type="email"
            autocomplete="username"
            required
            autofocus
            value={email.value}
            problem={isUnknown ? signIn.noAccount() : null}
            onText={(typed) => (email.value = typed)}
          />
          <button type="submit" class="primary" disabled={work.busy.value}>
            {work.busy.value ? passwords.sending() : passwords.send()}
          </button>
        </form>
      )}
      <p>
        <a href={router.href("/auth/sign-in")}>{passwords.backToSignIn()}</a>
      </p>
    </div>
  );
}
