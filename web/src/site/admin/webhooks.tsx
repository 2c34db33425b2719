/** Programs that are told what happens: their addresses, and what became of each message. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { anything, flag, list, maybe, number, object, type Shaped, text } from "../../wire/shape.ts";
import { useSite } from "../site.ts";
import { admin } from "../strings/admin.ts";
import { webhooks as words } from "../strings/webhooks.ts";
import { FormDialog } from "../ui/forms.tsx";
import { ago, exactly } from "../ui/moments.ts";
import { inWords } from "../ui/problems.ts";
import { Copyable, Dialog, Empty, Field, LoadedView, Menu } from "../ui/ui.tsx";
import { useLoading } from "../ui/work.ts";

const webhook = object({ id: text, url: text, events: list(text), disabled: flag, created: number });
const found = object({ webhooks: list(webhook), known: list(text) });
const made = object({ webhook, secret: text });
type Webhook = Shaped<typeof webhook>;

const delivery = object({
  id: text,
  type: text,
  created: number,
  attempts: number,
  due: maybe(number),
  delivered: maybe(number),
  status: maybe(number),
  error: maybe(text),
});
type Delivery = Shaped<typeof delivery>;

const NAMES: Readonly<Record<string, () => string>> = {
  "account.created": words.accountCreated,
  "copy.finished": words.copyFinished,
  "document.submitted": words.documentSubmitted,
  "project.state_changed": words.projectState,
  ping: words.ping,
};
const nameOf = (event: string): string => NAMES[event]?.() ?? event;

type Asked =
  | { readonly what: "add" }
  | { readonly what: "secret"; readonly secret: string }
  | { readonly what: "deliveries"; readonly of: Webhook };

export function Page(): VNode {
  const { api, toasts } = useSite();
  const loading = useLoading((signal) => api.call("/admin/webhooks", {}, found, signal), [api]);
  const asked = useSignal<Asked | null>(null);
  const close = (): void => {
    asked.value = null;
  };
  const act = (path: string, params: object, told = ""): void => {
    api.call(`/admin/webhooks/${path}`, params, anything).then(
      () => {
        if (told !== "") toasts.tell(told);
        loading.reload();
      },
      (error) => toasts.complain(inWords(error)),
    );
  };
  const renew = (id: string): void => {
    api.call("/admin/webhooks/renew-secret", { id }, object({ secret: text })).then(
      ({ secret }) => {
        asked.value = { what: "secret", secret };
      },
      (error) => toasts.complain(inWords(error)),
    );
  };
  return (
    <>
      <p>{words.advice()}</p>
      <LoadedView of={loading}>
        {({ webhooks, known }) => (
          <>
            {webhooks.length === 0 ? (
              <Empty title={words.none()} />
            ) : (
              <table class="table">
                <thead>
                  <tr>
                    <th>{words.address()}</th>
                    <th class="wide-only">{words.events()}</th>
                    <td />
                  </tr>
                </thead>
                <tbody>
                  {webhooks.map((one) => (
                    <tr key={one.id}>
                      <td style={{ overflowWrap: "anywhere" }}>
                        {one.url} {one.disabled && <small class="soft">({words.disabled()})</small>}
                      </td>
                      <td class="wide-only soft">{one.events.map(nameOf).join(", ")}</td>
                      <td>
                        <Menu label={admin.actions()} name={admin.actionsFor({ name: one.url })}>
                          <button type="button" onClick={() => (asked.value = { what: "deliveries", of: one })}>
                            {words.deliveries()}
                          </button>
                          <button type="button" onClick={() => act("test", { id: one.id }, words.tested())}>
                            {words.test()}
                          </button>
                          <button type="button" onClick={() => act("disable", { id: one.id, disabled: !one.disabled })}>
                            {one.disabled ? words.enable() : words.disable()}
                          </button>
                          <button type="button" onClick={() => renew(one.id)}>
                            {words.renew()}
                          </button>
                          <button type="button" onClick={() => act("delete", { id: one.id })}>
                            {words.remove()}
                          </button>
                        </Menu>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
            <p class="actions">
              <button type="button" class="primary" onClick={() => (asked.value = { what: "add" })}>
                {words.add()}
              </button>
            </p>
            {asked.value?.what === "add" && (
              <AddDialog
                known={known}
                onClose={close}
                onMade={(secret) => {
                  asked.value = { what: "secret", secret };
                  loading.reload();
                }}
              />
            )}
          </>
        )}
      </LoadedView>
      {asked.value?.what === "secret" && (
        <Dialog title={words.secretTitle()} onClose={close}>
          <p>{words.secretAdvice()}</p>
          <Copyable label={words.secret()} text={asked.value.secret} />
        </Dialog>
      )}
      {asked.value?.what === "deliveries" && <Deliveries of={asked.value.of} onClose={close} />}
    </>
  );
}

interface AddProps {
  readonly known: readonly string[];
  onMade(secret: string): void;
  onClose(): void;
}

function AddDialog({ known, onMade, onClose }: AddProps): VNode {
  const { api } = useSite();
  const url = useSignal("https://");
  const events = useSignal<readonly string[]>(known);
  const secret = useSignal<string | null>(null);
  const act = async (): Promise<void> => {
    const reply = await api.call("/admin/webhooks/create", { url: url.value, events: events.value }, made);
    secret.value = reply.secret;
  };
  return (
    <FormDialog
      title={words.add()}
      label={words.add()}
      acting={words.adding()}
      isReady={events.value.length > 0}
      act={act}
      onClose={() => (secret.value === null ? onClose() : onMade(secret.value))}
    >
      <Field
        label={words.address()}
        type="url"
        required
        autofocus
        value={url.value}
        onText={(typed) => (url.value = typed)}
      />
      <fieldset class="folder-tree">
        <legend>{words.events()}</legend>
        {known.map((event) => (
          <label key={event}>
            <input
              type="checkbox"
              checked={events.value.includes(event)}
              onChange={({ currentTarget: { checked } }) => {
                const others = events.value.filter((one) => one !== event);
                events.value = checked ? [...others, event] : others;
              }}
            />{" "}
            {nameOf(event)}
          </label>
        ))}
      </fieldset>
    </FormDialog>
  );
}

interface DeliveriesProps {
  readonly of: Webhook;
  onClose(): void;
}

function Deliveries({ of: { id, url }, onClose }: DeliveriesProps): VNode {
  const { api, toasts } = useSite();
  const shape = object({ deliveries: list(delivery) });
  const loading = useLoading((signal) => api.call("/admin/webhooks/deliveries", { id }, shape, signal), [api, id]);
  const sendAgain = (one: Delivery): void => {
    api.call("/admin/webhooks/send-again", { id: one.id }, anything).then(
      () => {
        toasts.tell(words.sentAgain());
        loading.reload();
      },
      (error) => toasts.complain(inWords(error)),
    );
  };
  return (
    <Dialog title={words.deliveriesOf({ url })} onClose={onClose}>
      <LoadedView of={loading}>
        {({ deliveries }) =>
          deliveries.length === 0 ? (
            <p>{words.noDeliveries()}</p>
          ) : (
            <table class="table">
              <tbody>
                {deliveries.map((one) => (
                  <tr key={one.id}>
                    <td>
                      {nameOf(one.type)}{" "}
                      <small class="soft" title={exactly(one.created)}>
                        {ago(one.created)}
                      </small>
                      <div class="soft">{stateOf(one)}</div>
                      {one.error !== null && <p class="field-problem">{one.error}</p>}
                    </td>
                    <td>
                      <button
                        type="button"
                        style={{ whiteSpace: "nowrap" }}
                        aria-label={words.againOf({ what: nameOf(one.type) })}
                        onClick={() => sendAgain(one)}
                      >
                        {words.again()}
                      </button>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </LoadedView>
      <div class="actions">
        <button type="button" onClick={() => loading.reload()}>
          {words.reload()}
        </button>
      </div>
    </Dialog>
  );
}

function stateOf({ due, delivered, error }: Delivery): string {
  if (delivered !== null) return words.arrived();
  if (due === null) return words.givenUp();
  return error === null ? words.waiting() : words.failed({ when: exactly(due) });
}
