/** What a project is called, who works on it, and what it may use. */
import "./settings.css";
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useId } from "preact/hooks";
import type { Details } from "../../projects.ts";
import { Keys } from "../../settings/keys.tsx";
import { useSite } from "../../site.ts";
import { common } from "../../strings/common.ts";
import { project as words } from "../../strings/project.ts";
import { projectSettings } from "../../strings/project-settings.ts";
import { settings } from "../../strings/settings.ts";
import { Dialog, Field, Problem, Skeleton } from "../../ui/ui.tsx";
import { useWork } from "../../ui/work.ts";
import { useProject } from "./context.ts";
import { PeopleSettings } from "./people.tsx";
import { UsageCharts } from "./usage.tsx";

export function Page(): VNode {
  const details = useProject().details.value;
  return (
    <div class="page project-settings">
      <div class="page-head">
        <h2>{words.settings()}</h2>
      </div>
      {details === null ? (
        <Skeleton rows={8} />
      ) : (
        <>
          <About details={details} />
          <PeopleSettings details={details} />
          {details.can_write && <KeySettings />}
          <UsageCharts limits={details.limits} />
          <End details={details} />
        </>
      )}
    </div>
  );
}

function About({ details }: { readonly details: Details }): VNode {
  const here = useProject();
  const { toasts } = useSite();
  const title = useSignal(details.title);
  const description = useSignal(details.description);
  const work = useWork();
  const id = useId();
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const changes = { title: title.value.trim(), description: description.value };
    if (await work.run(() => here.describe(changes))) toasts.tell(projectSettings.saved());
  };
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>{projectSettings.about()}</h3>
      <form onSubmit={(event) => void save(event)}>
        <Problem text={work.problem.value} />
        <Field
          label={projectSettings.title()}
          value={title.value}
          required
          maxLength={1000}
          disabled={!details.can_write}
          onText={(text) => (title.value = text)}
        />
        <div class="field">
          <label for={`${id}-description`}>{projectSettings.description()}</label>
          <textarea
            id={`${id}-description`}
            rows={3}
            value={description.value}
            disabled={!details.can_write}
            onInput={(event) => (description.value = event.currentTarget.value)}
          />
        </div>
        <button type="submit" class="primary" disabled={work.busy.value || !details.can_write}>
          {projectSettings.save()}
        </button>
      </form>
    </section>
  );
}

function KeySettings(): VNode {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>{settings.keys()}</h3>
      <Keys projectId={useProject().id} />
    </section>
  );
}

function End({ details }: { readonly details: Details }): VNode {
  const here = useProject();
  const { projects, router } = useSite();
  const asks = useSignal(false);
  const work = useWork();
  const id = useId();
  const hide = (): Promise<unknown> => projects.hide(here.id, !details.hidden).then(() => here.ask());
  const remove = async (): Promise<void> => {
    if (await work.run(() => projects.setDeleted(here.id, true))) router.go("/projects");
  };
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>{projectSettings.end()}</h3>
      <Problem text={work.problem.value} />
      <div class="actions">
        {details.role !== null && (
          <button type="button" disabled={work.busy.value} onClick={() => void work.run(hide)}>
            {details.hidden ? projectSettings.unhide() : projectSettings.hide()}
          </button>
        )}
        {details.can_write && !details.deleted && (
          <button type="button" class="danger" onClick={() => (asks.value = true)}>
            {projectSettings.remove_project()}
          </button>
        )}
      </div>
      {asks.value && (
        <Dialog title={projectSettings.deleteTitle()} onClose={() => (asks.value = false)}>
          <p>{projectSettings.deleteText()}</p>
          <div class="actions">
            <button type="button" onClick={() => (asks.value = false)}>
              {common.cancel()}
            </button>
            <button type="button" class="danger" disabled={work.busy.value} onClick={() => void remove()}>
              {projectSettings.remove_project()}
            </button>
          </div>
        </Dialog>
      )}
    </section>
  );
}
