/** API keys of one's account, or of a project: made, renamed, revoked. */
import "./settings.css";
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { list, maybe, number, object, type Shaped, text } from "../../wire/shape.ts";
import { useSite } from "../site.ts";
import { keys, settings } from "../strings/settings.ts";
import { FormDialog } from "../ui/forms.tsx";
import { ago, date } from "../ui/moments.ts";
import { Choice, Copyable, Dialog, Empty, Field, LoadedView, Menu } from "../ui/ui.tsx";
import { useLoading } from "../ui/work.ts";

const key = object({
  id: number,
  name: text,
  trunc: text,
  created: text,
  expire: maybe(text),
  last_active: maybe(text),
  secret: maybe(text),
});
type Key = Shaped<typeof key>;
const found = object({ response: list(key) });
const done = object({});

type Asked =
  | { readonly what: "create" }
  | { readonly what: "rename" | "revoke"; readonly key: Key }
  | { readonly what: "copy"; readonly secret: string };

export function Keys({ projectId }: { readonly projectId?: string }): VNode {
  const { api, config, toasts } = useSite();
  const owner = projectId === undefined ? {} : { project_id: projectId };
  const loading = useLoading(
    (signal) => api.call("/api-keys", { action: "get", ...owner }, found, signal),
    [api, projectId],
  );
  const asked = useSignal<Asked | null>(null);
  const close = (): void => {
    asked.value = null;
  };
  const call = async (params: object): Promise<void> => {
    await api.call("/api-keys", { ...params, ...owner }, done);
    loading.reload();
  };
  const create = async (wish: object): Promise<void> => {
    const made = await api.call("/api-keys", { action: "create", ...wish, ...owner }, found);
    loading.reload();
    asked.value = { what: "copy", secret: made.response[0]?.secret ?? "" };
  };
  const now = asked.value;
  return (
    <div class="keys">
      <div class="page-head">
        <p class="field-hint">
          {projectId === undefined ? keys.advice() : keys.projectAdvice()}{" "}
          <a href={`${config.base}/api/docs`} target="_blank" rel="noopener">
            {keys.calls()}
          </a>
        </p>
        <button type="button" class="primary" onClick={() => (asked.value = { what: "create" })}>
          {keys.create()}
        </button>
      </div>
      <LoadedView of={loading} rows={3}>
        {({ response }) =>
          response.length === 0 ? (
            <Empty title={keys.none()}>
              <p>{keys.noneAdvice()}</p>
            </Empty>
          ) : (
            <Table keys={response} ask={(what, one) => (asked.value = { what, key: one })} />
          )
        }
      </LoadedView>
      {now?.what === "create" && <CreateDialog create={create} onClose={() => asked.value === now && close()} />}
      {now?.what === "copy" && <SecretDialog secret={now.secret} onClose={close} />}
      {now?.what === "rename" && (
        <RenameDialog
          name={now.key.name}
          rename={(name) => call({ action: "edit", id: now.key.id, name })}
          onClose={close}
        />
      )}
      {now?.what === "revoke" && (
        <FormDialog
          title={keys.revokeTitle({ name: nameOf(now.key) })}
          label={keys.revoke()}
          acting={keys.revoke()}
          isDanger
          act={async () => {
            await call({ action: "delete", id: now.key.id });
            toasts.tell(keys.revoked({ name: nameOf(now.key) }));
          }}
          onClose={close}
        >
          <p>{keys.revokeAdvice()}</p>
        </FormDialog>
      )}
    </div>
  );
}

const nameOf = (one: Key): string => one.name || keys.unnamed();

interface TableProps {
  readonly keys: readonly Key[];
  ask(what: "rename" | "revoke", key: Key): void;
}

function Table({ keys: shown, ask }: TableProps): VNode {
  return (
    <table class="table">
      <thead>
        <tr>
          <th>{keys.name()}</th>
          <th>{keys.key()}</th>
          <th class="wide-only">{keys.created()}</th>
          <th class="wide-only">{keys.expires()}</th>
          <th class="wide-only">{keys.lastUsed()}</th>
          <td />
        </tr>
      </thead>
      <tbody>
        {shown.map((one) => (
          <tr key={one.id}>
            <td>{nameOf(one)}</td>
            <td>
              <code>{one.trunc}</code>
            </td>
            <td class="wide-only soft">{date(Date.parse(one.created))}</td>
            <td class="wide-only soft">{one.expire === null ? settings.never() : date(Date.parse(one.expire))}</td>
            <td class="wide-only soft">
              {one.last_active === null ? settings.never() : ago(Date.parse(one.last_active))}
            </td>
            <td>
              <Menu label="⋯" name={keys.actions({ name: nameOf(one) })}>
                <button type="button" onClick={() => ask("rename", one)}>
                  {keys.rename()}
                </button>
                <button type="button" onClick={() => ask("revoke", one)}>
                  {keys.revoke()}
                </button>
              </Menu>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const LIVES = ["never", "7", "30", "90", "365"] as const;
const DAY_MS = 86_400_000;

interface CreateDialogProps {
  create(wish: { readonly name: string; readonly expire?: string }): Promise<void>;
  onClose(): void;
}

function CreateDialog({ create, onClose }: CreateDialogProps): VNode {
  const name = useSignal("");
  const life = useSignal<(typeof LIVES)[number]>("never");
  const act = async (): Promise<void> => {
    const days = Number(life.value);
    const expire = new Date(Date.now() + days * DAY_MS);
    await create({ name: name.value, ...(life.value !== "never" && { expire: expire.toISOString() }) });
  };
  return (
    <FormDialog title={keys.create()} label={keys.createAct()} acting={settings.saving()} act={act} onClose={onClose}>
      <Field
        label={keys.name()}
        hint={keys.nameHint()}
        required
        maxLength={254}
        value={name.value}
        onText={(typed) => (name.value = typed)}
      />
      <Choice
        label={keys.expires()}
        value={life.value}
        options={LIVES.map((value) => ({
          value,
          label: value === "never" ? settings.never() : keys.inDays({ days: value }),
        }))}
        onChoice={(chosen) => (life.value = chosen)}
      />
    </FormDialog>
  );
}

interface RenameDialogProps {
  readonly name: string;
  rename(name: string): Promise<void>;
  onClose(): void;
}

function RenameDialog({ name, rename, onClose }: RenameDialogProps): VNode {
  const typed = useSignal(name);
  return (
    <FormDialog
      title={keys.rename()}
      label={settings.save()}
      acting={settings.saving()}
      act={() => rename(typed.value)}
      onClose={onClose}
    >
      <Field label={keys.name()} required maxLength={254} value={typed.value} onText={(text) => (typed.value = text)} />
    </FormDialog>
  );
}

function SecretDialog({ secret, onClose }: { readonly secret: string; onClose(): void }): VNode {
  const { config } = useSite();
  return (
    <Dialog title={keys.secretTitle()} onClose={onClose}>
      <p>{keys.secretAdvice()}</p>
      <Copyable label={keys.key()} text={secret} />
      <p>{keys.tryIt()}</p>
      <Copyable label={keys.tryIt()} text={`curl -X POST -u ${secret}: ${location.origin}${config.base}/api/v1/ping`} />
      <div class="actions">
        <button type="button" class="primary" onClick={onClose}>
          {keys.done()}
        </button>
      </div>
    </Dialog>
  );
}
