/** Making an account of one's own, where the site lets everybody do so. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { flag, maybe, object, record, text } from "../../wire/shape.ts";
import { destination } from "../destinations.ts";
import { useSite } from "../site.ts";
import { signIn, signUp } from "../strings/sign-in.ts";
import { Check, NewPasswordField } from "../ui/fields.tsx";
import { Empty, Field, LoadedView, Problem } from "../ui/ui.tsx";
import { useLoading, useWork } from "../ui/work.ts";

const signedUp = object({ account_id: maybe(text), issues: maybe(record(text)) });

export function Page(): VNode {
  const { house, router } = useSite();
  return (
    <div class="page page-narrow">
      {house.sign_up ? (
        <SignUp />
      ) : (
        <Empty title={signUp.closed()}>
          <p>{signUp.closedAdvice({ help: house.help_email })}</p>
          <a href={router.href("/auth/sign-in")}>{signIn.act()}</a>
        </Empty>
      )}
    </div>
  );
}

function SignUp(): VNode {
  const { api, config, router } = useSite();
  const needsToken = useLoading((signal) => api.call("/auth/requires-token", {}, flag, signal), [api]);
  return (
    <>
      <h1>{signUp.title({ site: config.siteName })}</h1>
      <LoadedView of={needsToken}>
        {(needed) => (
          <>
            <Form needsToken={needed} />
            <p>
              {signUp.haveOne()}{" "}
              <a href={router.href(`/auth/sign-in${router.search}${location.hash}`)}>{signIn.act()}</a>
            </p>
          </>
        )}
      </LoadedView>
    </>
  );
}

function Form({ needsToken }: { readonly needsToken: boolean }): VNode {
  const site = useSite();
  const { house, router } = site;
  const draft = useSignal({ firstName: "", lastName: "", email: "", password: "", registrationToken: "" });
  const terms = useSignal(false);
  const issues = useSignal<Readonly<Record<string, string>>>({});
  const work = useWork();
  const field = (name: keyof typeof draft.value) => ({
    value: draft.value[name],
    problem: issues.value[name] ?? null,
    onText: (typed: string) => (draft.value = { ...draft.value, [name]: typed }),
  });
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const wish = { ...draft.value, terms: terms.value };
    const done = await work.run(async () => {
      const reply = await site.api.call("/auth/sign-up", wish, signedUp);
      issues.value = reply.issues ?? {};
      if (reply.account_id !== null) await site.enter();
    });
    if (!done || Object.keys(issues.value).length > 0) return;
    site.toasts.tell(signUp.welcome({ email: wish.email }));
    router.go(`${destination(router.query.value)}${location.hash}`, { replace: true });
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Problem text={work.problem.value ?? issues.value.api ?? null} />
      <Field label={signUp.firstName()} autocomplete="given-name" required autofocus {...field("firstName")} />
      <Field label={signUp.lastName()} autocomplete="family-name" required {...field("lastName")} />
      <Field label={signIn.email()} type="email" autocomplete="username" required {...field("email")} />
      <NewPasswordField label={signIn.password()} {...field("password")} />
      {needsToken && (
        <Field label={signUp.token()} hint={signUp.tokenHint()} required {...field("registrationToken")} />
      )}
      <Check
        label={signUp.terms()}
        required
        checked={terms.value}
        problem={issues.value.terms}
        onCheck={(checked) => (terms.value = checked)}
      >
        {house.terms !== null && (
          <a href={house.terms} target="_blank" rel="noreferrer">
            {signUp.readTerms()}
          </a>
        )}
      </Check>
      <button type="submit" class="primary" disabled={work.busy.value}>
        {work.busy.value ? signUp.acting() : signUp.act()}
      </button>
    </form>
  );
}
