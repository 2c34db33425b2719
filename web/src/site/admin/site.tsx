/** What the site is called, who may sign up and embed, and how mail is sent. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { anything, flag, list, maybe, number, object, type Shaped, text } from "../../wire/shape.ts";
import { useSite } from "../site.ts";
import { admin, siteWords as words } from "../strings/admin.ts";
import { Check } from "../ui/fields.tsx";
import { FormDialog, Submit } from "../ui/forms.tsx";
import { inWords } from "../ui/problems.ts";
import { Field, LoadedView, Problem } from "../ui/ui.tsx";
import { useLoading, useWork } from "../ui/work.ts";

const settings = object({
  values: object({ name: text, help_email: text, open_signup: flag, comm_hosts: text }),
  locked: list(text),
  mail: object({ host: maybe(text), port: number, sender: text }),
});
type Settings = Shaped<typeof settings>;
const token = object({
  token: text,
  description: text,
  counter: number,
  limit: maybe(number),
  disabled: flag,
});
const tokens = object({ tokens: list(token) });

export function Page(): VNode {
  const { api } = useSite();
  const loading = useLoading((signal) => api.call("/admin/site", {}, settings, signal), [api]);
  return (
    <LoadedView of={loading} rows={6}>
      {(now) => (
        <>
          <Names now={now} />
          <Mail now={now} />
          <Tokens />
        </>
      )}
    </LoadedView>
  );
}

function Names({ now: { values, locked } }: { readonly now: Settings }): VNode {
  const { api, toasts } = useSite();
  const now = useSignal(values);
  const work = useWork();
  const note = (name: string, hint?: string): string | undefined => (locked.includes(name) ? words.locked() : hint);
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const changed = Object.entries(now.value).filter(([name]) => !locked.includes(name));
    const done = await work.run(() =>
      api.call("/admin/site/change", { values: Object.fromEntries(changed) }, anything),
    );
    if (done) toasts.tell(admin.saved());
  };
  const change = (some: Partial<Settings["values"]>): void => {
    now.value = { ...now.value, ...some };
  };
  return (
    <form class="settings-part" onSubmit={(event) => void save(event)}>
      <Problem text={work.problem.value} />
      <Field
        label={words.name()}
        required
        disabled={locked.includes("name")}
        hint={note("name")}
        value={now.value.name}
        onText={(name) => change({ name })}
      />
      <Field
        label={words.help()}
        type="email"
        required
        disabled={locked.includes("help_email")}
        hint={note("help_email")}
        value={now.value.help_email}
        onText={(help_email) => change({ help_email })}
      />
      <Field
        label={words.hosts()}
        disabled={locked.includes("comm_hosts")}
        hint={note("comm_hosts", words.hostsHint())}
        value={now.value.comm_hosts}
        onText={(comm_hosts) => change({ comm_hosts })}
      />
      <Check
        label={words.signup()}
        disabled={locked.includes("open_signup")}
        checked={now.value.open_signup}
        onCheck={(open_signup) => change({ open_signup })}
      >
        {locked.includes("open_signup") && <span class="field-hint">{words.locked()}</span>}
      </Check>
      <Submit work={work} label={admin.save()} acting={admin.saving()} />
    </form>
  );
}

function Tokens(): VNode {
  const { api, toasts } = useSite();
  const loading = useLoading((signal) => api.call("/admin/registration-tokens", {}, tokens, signal), [api]);
  const isAsking = useSignal(false);
  const disable = (one: Shaped<typeof token>): void => {
    const params = { token: one.token, disabled: !one.disabled };
    api.call("/admin/registration-tokens/disable", params, anything).then(
      () => loading.reload(),
      (error) => toasts.complain(inWords(error)),
    );
  };
  return (
    <section class="settings-part">
      <h3>{words.tokens()}</h3>
      <p>{words.tokensAdvice()}</p>
      <p>
        <button type="button" onClick={() => (isAsking.value = true)}>
          {words.newToken()}
        </button>
      </p>
      <LoadedView of={loading} rows={2}>
        {({ tokens: some }) =>
          some.length === 0 ? (
            <p class="field-hint">{words.noTokens()}</p>
          ) : (
            <table class="table">
              <thead>
                <tr>
                  <th>{words.token()}</th>
                  <th class="wide-only">{words.description()}</th>
                  <th>{words.used()}</th>
                  <td />
                </tr>
              </thead>
              <tbody>
                {some.map((one) => (
                  <tr key={one.token}>
                    <td>
                      <code>{one.token}</code>
                    </td>
                    <td class="wide-only soft">{one.description}</td>
                    <td class="soft">
                      {one.limit === null ? one.counter : words.usedOf({ counter: one.counter, limit: one.limit })}
                    </td>
                    <td>
                      <button type="button" onClick={() => disable(one)}>
                        {one.disabled ? words.enable() : words.disable()}
                      </button>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </LoadedView>
      {isAsking.value && <NewToken done={() => loading.reload()} close={() => (isAsking.value = false)} />}
    </section>
  );
}

function NewToken({ done, close }: { done(): void; close(): void }): VNode {
  const { api } = useSite();
  const description = useSignal("");
  const limit = useSignal("");
  const create = async (): Promise<void> => {
    const params = { description: description.value, limit: limit.value === "" ? null : Number(limit.value) };
    await api.call("/admin/registration-tokens/create", params, anything);
    done();
  };
  return (
    <FormDialog title={words.newToken()} label={words.newToken()} acting={admin.saving()} act={create} onClose={close}>
      <Field label={words.description()} value={description.value} onText={(typed) => (description.value = typed)} />
      <Field
        label={words.limit()}
        type="number"
        min={1}
        value={limit.value}
        onText={(typed) => (limit.value = typed)}
      />
    </FormDialog>
  );
}

function Mail({ now: { mail } }: { readonly now: Settings }): VNode {
  const { api, person, toasts } = useSite();
  const work = useWork();
  const test = async (): Promise<void> => {
    const to = person.value?.email_address ?? "";
    if (await work.run(() => api.call("/admin/mails/test", { to }, anything))) toasts.tell(words.tested());
  };
  return (
    <section class="settings-part">
      <h3>{words.mail()}</h3>
      {mail.host === null ? (
        <p>{words.noMail()}</p>
      ) : (
        <>
          <p>{words.mailBy({ host: mail.host, port: mail.port, sender: mail.sender })}</p>
          <Problem text={work.problem.value} />
          <button type="button" disabled={work.busy.value} onClick={() => void test()}>
            {words.test()}
          </button>
        </>
      )}
    </section>
  );
}
