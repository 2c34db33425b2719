/** Projects of everybody: find, stop, limit, and open their files. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { anything, flag, list, maybe, number, object, type Shaped, text } from "../../wire/shape.ts";
import { useSite } from "../site.ts";
import { admin, adminProjects as words } from "../strings/admin.ts";
import { Check } from "../ui/fields.tsx";
import { FormDialog } from "../ui/forms.tsx";
import { inWords } from "../ui/problems.ts";
import { Field, LoadedView } from "../ui/ui.tsx";
import { useLoading } from "../ui/work.ts";
import { FoundPage, Search } from "./found.tsx";

const project = object({
  project_id: text,
  title: text,
  state: text,
  error: maybe(text),
  owners: list(text),
  memory_mb: number,
  cores: number,
  disk_mb: number,
  network: text,
});
type Project = Shaped<typeof project>;
const found = object({ projects: list(project), more: flag });

export function Page(): VNode {
  const { api, router, toasts } = useSite();
  const query = useSignal("");
  const offset = useSignal(0);
  const limited = useSignal<Project | null>(null);
  const loading = useLoading(
    (signal) => api.call("/admin/projects", { query: query.value, offset: offset.value }, found, signal),
    [api, query.value, offset.value],
  );
  const stop = (project_id: string): void => {
    api.call("/projects/stop", { project_id }, anything).then(
      () => loading.reload(),
      (error) => toasts.complain(inWords(error)),
    );
  };
  const search = (typed: string): void => {
    offset.value = 0;
    query.value = typed;
  };
  return (
    <>
      <Search hint={words.searchHint()} search={search} />
      <LoadedView of={loading} rows={8}>
        {({ projects, more }) => (
          <FoundPage more={more} count={projects.length} next={() => (offset.value += projects.length)}>
            <table class="table">
              <thead>
                <tr>
                  <th>{words.title()}</th>
                  <th class="wide-only">{words.owners()}</th>
                  <th>{words.state()}</th>
                  <td />
                </tr>
              </thead>
              <tbody>
                {projects.map((one) => (
                  <tr key={one.project_id}>
                    <td>
                      <a href={router.href(`/projects/${one.project_id}/files/`)}>{one.title || words.untitled()}</a>
                    </td>
                    <td class="wide-only soft">{one.owners.join(", ")}</td>
                    <td class="soft one-word" title={one.error ?? undefined}>
                      {one.state === "running" ? words.running() : one.state === "opened" ? words.stopped() : one.state}
                    </td>
                    <td>
                      {one.state !== "opened" && (
                        <button type="button" onClick={() => stop(one.project_id)}>
                          {words.stop()}
                        </button>
                      )}{" "}
                      <button type="button" onClick={() => (limited.value = one)}>
                        {words.limits()}
                      </button>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </FoundPage>
        )}
      </LoadedView>
      {limited.value && (
        <Limits project={limited.value} done={() => loading.reload()} close={() => (limited.value = null)} />
      )}
    </>
  );
}

interface LimitsProps {
  readonly project: Project;
  done(): void;
  close(): void;
}

function Limits({ project: of, done, close }: LimitsProps): VNode {
  const { api } = useSite();
  const memory = useSignal(String(of.memory_mb));
  const cores = useSignal(String(of.cores));
  const disk = useSignal(String(of.disk_mb));
  const network = useSignal(of.network !== "none");
  const save = async (): Promise<void> => {
    const quotas = {
      project_id: of.project_id,
      memory_limit: Number(memory.value),
      cpu_limit: Number(cores.value),
      disk_quota: Number(disk.value),
      // a policy that this form does not know stays as it is
      ...(network.value !== (of.network !== "none") && { internet: network.value }),
    };
    await api.call("/projects/set-admin-quotas", quotas, anything);
    done();
  };
  const numeric = { type: "number", required: true } as const;
  return (
    <FormDialog
      title={words.limitsOf({ title: of.title || words.untitled() })}
      label={admin.save()}
      acting={admin.saving()}
      act={save}
      onClose={close}
    >
      <p class="field-hint">{words.limitsAdvice()}</p>
      <Field
        label={words.memory()}
        {...numeric}
        min={1}
        value={memory.value}
        onText={(typed) => (memory.value = typed)}
      />
      <Field
        label={words.cores()}
        {...numeric}
        min={0.05}
        step="any"
        value={cores.value}
        onText={(typed) => (cores.value = typed)}
      />
      <Field label={words.disk()} {...numeric} min={1} value={disk.value} onText={(typed) => (disk.value = typed)} />
      <Check label={words.network()} checked={network.value} onCheck={(checked) => (network.value = checked)} />
    </FormDialog>
  );
}
