/** Accounts for admins: find, make, ban, make admins, help in, and sign in as them. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { anything, flag, list, maybe, number, object, type Shaped, text } from "../../wire/shape.ts";
import { useSite } from "../site.ts";
import { accounts, admin } from "../strings/admin.ts";
import { FormDialog } from "../ui/forms.tsx";
import { ago, date } from "../ui/moments.ts";
import { inWords } from "../ui/problems.ts";
import { Copyable, Dialog, Field, LoadedView, Menu } from "../ui/ui.tsx";
import { useLoading } from "../ui/work.ts";
import { FoundPage, Search } from "./found.tsx";

const account = object({
  account_id: text,
  first_name: text,
  last_name: text,
  email_address: maybe(text),
  created: number,
  last_active: maybe(number),
  banned: flag,
  is_admin: flag,
});
type Account = Shaped<typeof account>;
const found = object({ accounts: list(account), more: flag });
const made = object({ account_id: text });
const link = object({ url: text });

type Asked = { readonly what: "ban" | "sign-in-as"; readonly account: Account } | { readonly what: "create" };

export function Page(): VNode {
  const { api } = useSite();
  const query = useSignal("");
  const offset = useSignal(0);
  const asked = useSignal<Asked | null>(null);
  const handed = useSignal<{ readonly advice: string; readonly url: string } | null>(null);
  const loading = useLoading(
    (signal) => api.call("/admin/accounts/list", { query: query.value, offset: offset.value }, found, signal),
    [api, query.value, offset.value],
  );
  const handOver = async (accountId: string, advice: string): Promise<void> => {
    handed.value = { advice, url: (await api.call("/admin/accounts/reset-link", { account_id: accountId }, link)).url };
  };
  const search = (typed: string): void => {
    offset.value = 0;
    query.value = typed;
  };
  return (
    <>
      <p>
        <button type="button" class="primary" onClick={() => (asked.value = { what: "create" })}>
          {accounts.create()}
        </button>
      </p>
      <Search hint={accounts.searchHint()} search={search} />
      <LoadedView of={loading} rows={8}>
        {({ accounts: some, more }) => (
          <FoundPage more={more} count={some.length} next={() => (offset.value += some.length)}>
            <table class="table">
              <thead>
                <tr>
                  <th>{admin.name()}</th>
                  <th class="wide-only">{accounts.email()}</th>
                  <th class="wide-only">{admin.created()}</th>
                  <th class="wide-only">{accounts.lastActive()}</th>
                  <td />
                </tr>
              </thead>
              <tbody>
                {some.map((one) => (
                  <Row
                    key={one.account_id}
                    account={one}
                    ask={(what) => (asked.value = { what, account: one })}
                    reload={() => loading.reload()}
                    handOver={() => handOver(one.account_id, accounts.resetAdvice({ name: nameOf(one) }))}
                  />
                ))}
              </tbody>
            </table>
          </FoundPage>
        )}
      </LoadedView>
      <Question
        asked={asked.value}
        done={() => loading.reload()}
        close={() => (asked.value = null)}
        handOver={handOver}
      />
      {handed.value && (
        <Dialog title={accounts.resetLink()} onClose={() => (handed.value = null)}>
          <p>{handed.value.advice}</p>
          <Copyable text={handed.value.url} label={accounts.resetLink()} />
        </Dialog>
      )}
    </>
  );
}

function nameOf(account: Account): string {
  return `${account.first_name} ${account.last_name}`.trim() || account.email_address || account.account_id;
}

interface RowProps {
  readonly account: Account;
  ask(what: "ban" | "sign-in-as"): void;
  reload(): void;
  handOver(): Promise<void>;
}

function Row({ account: one, ask, reload, handOver }: RowProps): VNode {
  const { api, toasts, router } = useSite();
  const name = nameOf(one);
  const act = (path: string, params: object, told: string): void => {
    api.call(path, { account_id: one.account_id, ...params }, anything).then(
      () => {
        toasts.tell(told);
        reload();
      },
      (error) => toasts.complain(inWords(error)),
    );
  };
  return (
    <tr>
      <td>
        {name} {one.is_admin && <span class="tag tag-good">{accounts.isAdmin()}</span>}
        {one.banned && <span class="tag tag-warn">{accounts.isBanned()}</span>}
      </td>
      <td class="wide-only soft">{one.email_address}</td>
      <td class="wide-only soft">{date(one.created)}</td>
      <td class="wide-only soft">{one.last_active === null ? accounts.never() : ago(one.last_active)}</td>
      <td>
        <Menu label={admin.actions()} name={admin.actionsFor({ name })}>
          {!one.banned && (
            <button type="button" onClick={() => ask("sign-in-as")}>
              {accounts.signInAs({ name })}
            </button>
          )}
          <button type="button" onClick={() => void handOver().catch((error) => toasts.complain(inWords(error)))}>
            {accounts.resetLink()}
          </button>
          <a href={router.href(`/admin/audit?account=${one.account_id}`)}>{accounts.activity()}</a>
          {one.is_admin ? (
            <button
              type="button"
              onClick={() => act("/admin/accounts/set-admin", { admin: false }, accounts.noAdmin({ name }))}
            >
              {accounts.revokeAdmin()}
            </button>
          ) : (
            <button
              type="button"
              onClick={() => act("/admin/accounts/set-admin", { admin: true }, accounts.nowAdmin({ name }))}
            >
              {accounts.makeAdmin()}
            </button>
          )}
          {one.banned ? (
            <button type="button" onClick={() => act("/accounts/remove-ban", {}, accounts.banRemoved({ name }))}>
              {accounts.removeBan()}
            </button>
          ) : (
            <button type="button" onClick={() => ask("ban")}>
              {accounts.ban({ name })}
            </button>
          )}
        </Menu>
      </td>
    </tr>
  );
}

interface QuestionProps {
  readonly asked: Asked | null;
  done(): void;
  close(): void;
  handOver(accountId: string, advice: string): Promise<void>;
}

function Question({ asked, done, close, handOver }: QuestionProps): VNode | null {
  const { api, toasts, router } = useSite();
  if (asked === null) return null;
  if (asked.what === "create") return <Create done={done} close={close} handOver={handOver} />;
  const name = nameOf(asked.account);
  const params = { account_id: asked.account.account_id };
  const ban = async (): Promise<void> => {
    await api.call("/accounts/ban", params, anything);
    toasts.tell(accounts.banned({ name }));
    done();
  };
  const signInAs = async (): Promise<void> => {
    await api.call("/admin/accounts/sign-in-as", params, made);
    location.assign(router.href("/projects")); // all that this page knows is the admin's
  };
  return asked.what === "ban" ? (
    <FormDialog
      title={accounts.ban({ name })}
      label={accounts.ban({ name })}
      acting={accounts.banning()}
      isDanger
      act={ban}
      onClose={close}
    >
      <p>{accounts.banAdvice({ name })}</p>
    </FormDialog>
  ) : (
    <FormDialog
      title={accounts.signInAs({ name })}
      label={accounts.signInAs({ name })}
      acting={accounts.signingIn()}
      act={signInAs}
      onClose={close}
    >
      <p>{accounts.signInAsAdvice({ name })}</p>
    </FormDialog>
  );
}

function Create({ done, close, handOver }: Omit<QuestionProps, "asked">): VNode {
  const { api } = useSite();
  const first = useSignal("");
  const last = useSignal("");
  const email = useSignal("");
  const create = async (): Promise<void> => {
    const draft = { first_name: first.value, last_name: last.value, email_address: email.value };
    const { account_id } = await api.call("/admin/accounts/create", draft, made);
    done();
    await handOver(account_id, accounts.created());
  };
  return (
    <FormDialog
      title={accounts.create()}
      label={accounts.create()}
      acting={accounts.creating()}
      act={create}
      onClose={close}
    >
      <Field label={accounts.firstName()} required value={first.value} onText={(typed) => (first.value = typed)} />
      <Field label={accounts.lastName()} required value={last.value} onText={(typed) => (last.value = typed)} />
      <Field
        label={accounts.email()}
        type="email"
        required
        value={email.value}
        onText={(typed) => (email.value = typed)}
      />
    </FormDialog>
  );
}
