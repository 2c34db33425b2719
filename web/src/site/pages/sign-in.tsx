/** Signing in by e-mail address and password. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { object, text } from "../../wire/shape.ts";
import { HttpError } from "../api.ts";
import { useSite } from "../site.ts";
import { signIn } from "../strings/sign-in.ts";
import { Field, Problem } from "../ui/ui.tsx";
import { useWork } from "../ui/work.ts";

export function Page(): VNode {
  const site = useSite();
  const email = useSignal("");
  const password = useSignal("");
  const work = useWork();
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const done = await work.run(async () => {
      await site.api.call(
        "/auth/sign-in",
        { email: email.value, password: password.value },
        object({ account_id: text }),
      );
      if ((await site.recognise()) === null) throw new HttpError(200, "error", signIn.notKept(), null);
    });
    if (done) site.router.go(`${destination(site.router.query.value)}${location.hash}`, { replace: true });
    else password.value = "";
  };
  return (
    <main class="page page-narrow">
      <h1>{signIn.title({ site: site.config.siteName })}</h1>
      <form onSubmit={(event) => void submit(event)}>
        <Problem text={work.problem.value} />
        <Field
          label={signIn.email()}
          type="email"
          autocomplete="username"
          required
          autofocus
          value={email.value}
          onText={(typed) => (email.value = typed)}
        />
        <Field
          label={signIn.password()}
          type="password"
          autocomplete="current-password"
          required
          value={password.value}
          onText={(typed) => (password.value = typed)}
        />
        <button type="submit" class="primary" disabled={work.busy.value}>
          {work.busy.value ? signIn.acting() : signIn.act()}
        </button>
      </form>
    </main>
  );
}

/** Where one wanted to go; only within the site. */
function destination(query: URLSearchParams): string {
  const wished = query.get("to") ?? "";
  return wished.startsWith("/") && !wished.startsWith("//") ? wished : "/projects";
}
