/** One's names, address and password, and the end of the account. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { object } from "../../wire/shape.ts";
import { type Person, useSite } from "../site.ts";
import { account, settings } from "../strings/settings.ts";
import { signUp } from "../strings/sign-in.ts";
import { NewPasswordField, PasswordField } from "../ui/fields.tsx";
import { FormDialog, Submit } from "../ui/forms.tsx";
import { Field, Problem } from "../ui/ui.tsx";
import { useWork } from "../ui/work.ts";

const done = object({});

export function AccountSettings(): VNode | null {
  const person = useSite().person.value;
  const asked = useSignal<"email" | "password" | "removal" | null>(null);
  if (!person) return null;
  const close = (): void => {
    asked.value = null;
  };
  return (
    <>
      <Names person={person} />
      <div class="settings-part">
        <h3>{account.email()}</h3>
        <Address person={person} />
        <button type="button" onClick={() => (asked.value = "email")}>
          {account.changeEmail()}
        </button>
      </div>
      <div class="settings-part">
        <h3>{account.password()}</h3>
        <p class="field-hint">{account.passwordAdvice()}</p>
        <button type="button" onClick={() => (asked.value = "password")}>
          {account.changePassword()}
        </button>
      </div>
      <div class="settings-part">
        <h3>{account.remove()}</h3>
        <p class="field-hint">{account.removeAdvice()}</p>
        <button type="button" class="danger" onClick={() => (asked.value = "removal")}>
          {account.remove()}
        </button>
      </div>
      {asked.value === "email" && <EmailDialog onClose={close} />}
      {asked.value === "password" && <PasswordDialog person={person} onClose={close} />}
      {asked.value === "removal" && <RemovalDialog person={person} onClose={close} />}
    </>
  );
}

function Names({ person }: { readonly person: Person }): VNode {
  const site = useSite();
  const names = useSignal({ first_name: person.first_name, last_name: person.last_name, username: person.name ?? "" });
  const work = useWork();
  const field = (name: keyof typeof names.value) => ({
    value: names.value[name],
    onText: (typed: string) => (names.value = { ...names.value, [name]: typed }),
  });
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { username, ...others } = names.value;
    const isSaved = await work.run(async () => {
      await site.api.call("/accounts/set-name", { ...others, ...(username !== "" && { username }) }, done);
      await site.recognise();
    });
    if (isSaved) site.toasts.tell(settings.saved());
  };
  return (
    <form class="settings-part" onSubmit={(event) => void submit(event)}>
      <h3>{account.name()}</h3>
      <Problem text={work.problem.value} />
      <div class="settings-pair">
        <Field label={signUp.firstName()} autocomplete="given-name" required {...field("first_name")} />
        <Field label={signUp.lastName()} autocomplete="family-name" required {...field("last_name")} />
      </div>
      <Field label={account.userName()} hint={account.userNameHint()} maxLength={39} {...field("username")} />
      <Submit work={work} label={settings.save()} acting={settings.saving()} />
    </form>
  );
}

function Address({ person }: { readonly person: Person }): VNode {
  const { api, toasts } = useSite();
  const work = useWork();
  const email = person.email_address ?? "";
  const send = async (): Promise<void> => {
    const isSent = await work.run(() => api.call("/accounts/send-verification-email", {}, done));
    if (isSent) toasts.tell(account.linkSent({ email }));
  };
  return (
    <>
      <Problem text={work.problem.value} />
      <p>
        {email}{" "}
        {person.email_address_verified ? (
          <span class="tag tag-good">{account.verified()}</span>
        ) : (
          <>
            <span class="tag tag-warn">{account.notVerified()}</span>{" "}
            <button type="button" class="quiet" disabled={work.busy.value} onClick={() => void send()}>
              {account.sendLink()}
            </button>
          </>
        )}
      </p>
    </>
  );
}

function EmailDialog({ onClose }: { onClose(): void }): VNode {
  const site = useSite();
  const email = useSignal("");
  const password = useSignal("");
  return (
    <FormDialog
      title={account.changeEmail()}
      label={settings.change()}
      acting={settings.saving()}
      act={async () => {
        const wish = { email_address: email.value, password: password.value };
        await site.api.call("/accounts/set-email-address", wish, done);
        await site.recognise();
        site.toasts.tell(account.linkSent({ email: email.value }));
      }}
      onClose={onClose}
    >
      <Field
        label={account.newEmail()}
        type="email"
        autocomplete="email"
        required
        value={email.value}
        onText={(typed) => (email.value = typed)}
      />
      <CurrentPassword value={password.value} onText={(typed) => (password.value = typed)} />
    </FormDialog>
  );
}

function PasswordDialog({ person, onClose }: { readonly person: Person; onClose(): void }): VNode {
  const site = useSite();
  const current = useSignal("");
  const password = useSignal("");
  return (
    <FormDialog
      title={account.changePassword()}
      label={settings.change()}
      acting={settings.saving()}
      act={async () => {
        const wish = { currentPassword: current.value, newPassword: password.value };
        await site.api.call("/accounts/set-password", wish, done);
        site.toasts.tell(settings.saved());
      }}
      onClose={onClose}
    >
      <input type="hidden" autocomplete="username" value={person.email_address ?? ""} />
      <CurrentPassword value={current.value} onText={(typed) => (current.value = typed)} />
      <NewPasswordField value={password.value} onText={(typed) => (password.value = typed)} />
    </FormDialog>
  );
}

function RemovalDialog({ person, onClose }: { readonly person: Person; onClose(): void }): VNode {
  const site = useSite();
  const typed = useSignal("");
  const email = person.email_address ?? person.account_id;
  return (
    <FormDialog
      title={account.remove()}
      label={account.remove()}
      acting={account.removing()}
      isDanger
      isReady={typed.value.trim().toLowerCase() === email}
      act={async () => {
        await site.api.call("/accounts/delete", {}, done);
        site.person.value = null;
        site.toasts.tell(account.removed());
        site.router.go("/auth/sign-in", { replace: true });
      }}
      onClose={onClose}
    >
      <p>{account.removeAdvice()}</p>
      <Field
        label={account.removeConfirm({ email })}
        autocomplete="off"
        value={typed.value}
        onText={(text) => (typed.value = text)}
      />
    </FormDialog>
  );
}

function CurrentPassword(field: { readonly value: string; onText(text: string): void }): VNode {
  return <PasswordField label={account.currentPassword()} autocomplete="current-password" required {...field} />;
}
