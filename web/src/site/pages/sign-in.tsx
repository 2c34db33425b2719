/** Signing in by e-mail address and password. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { object, text } from "../../wire/shape.ts";
import { appThatAsks, destination } from "../destinations.ts";
import { useSite } from "../site.ts";
import { signIn, signUp } from "../strings/sign-in.ts";
import { PasswordField } from "../ui/fields.tsx";
import { Field, Problem } from "../ui/ui.tsx";
import { useWork } from "../ui/work.ts";

export function Page(): VNode {
  const site = useSite();
  const { config, router } = site;
  const email = useSignal("");
  const password = useSignal("");
  const work = useWork();
  const to = destination(router.query.value);
  const app = appThatAsks(to);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const done = await work.run(async () => {
      const who = { email: email.value, password: password.value };
      await site.api.call("/auth/sign-in", who, object({ account_id: text }));
      await site.enter();
    });
    if (done) router.go(`${to}${location.hash}`, { replace: true });
  };
  const problem = work.problem.value;
  const isOfEmail = problem?.includes("no account with email") ?? false;
  const isOfPassword = problem?.includes("password for '") ?? false;
  return (
    <div class="page page-narrow">
      <h1>
        {app === null ? signIn.title({ site: config.siteName }) : signIn.keyAccess({ site: config.siteName, app })}
      </h1>
      <form onSubmit={(event) => void submit(event)}>
        <Problem text={isOfEmail || isOfPassword ? null : problem} />
        <Field
          label={signIn.email()}
          type="email"
          autocomplete="username"
          required
          autofocus
          value={email.value}
          problem={isOfEmail ? signIn.noAccount() : null}
          onText={(typed) => (email.value = typed)}
        />
        <PasswordField
          label={signIn.password()}
          autocomplete="current-password"
          required
          value={password.value}
          problem={isOfPassword ? signIn.wrongPassword() : null}
          onText={(typed) => (password.value = typed)}
        />
        <div class="actions">
          <button type="submit" class="primary" disabled={work.busy.value}>
            {work.busy.value ? signIn.acting() : signIn.act()}
          </button>
          <a href={router.href("/auth/forgot-password")}>{signIn.forgot()}</a>
        </div>
      </form>
      {site.house.sign_up && (
        <p>
          {signIn.noAccountYet()}{" "}
          <a href={router.href(`/auth/sign-up?to=${encodeURIComponent(to)}${location.hash}`)}>{signUp.act()}</a>
        </p>
      )}
    </div>
  );
}
