/** Copying things into another project. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import type { Entry } from "../../../files.ts";
import { useSite } from "../../../site.ts";
import { common } from "../../../strings/common.ts";
import { files as words } from "../../../strings/files.ts";
import { Dialog, Field, LoadedView, Problem, Progress } from "../../../ui/ui.tsx";
import { useLoading, useWork } from "../../../ui/work.ts";
import type { Explorer } from "./explorer.ts";
import { called } from "./move-dialog.tsx";

const SHOWN = 50;

interface CopyProps {
  readonly explorer: Explorer;
  readonly entries: readonly Entry[];
  onClose(): void;
}

export function CopyDialog({ explorer, entries, onClose }: CopyProps): VNode {
  const { projects, toasts } = useSite();
  const loading = useLoading((signal) => projects.list(false, signal), [projects]);
  const text = useSignal("");
  const chosen = useSignal<string | null>(null);
  const done = useSignal(0);
  const work = useWork();
  const copy = async (): Promise<void> => {
    const target = chosen.value;
    if (target === null) return;
    const isDone = await work.run(async () => {
      for (const [index, entry] of entries.entries()) {
        await explorer.calls.copy(explorer.pathOf(entry), target, entry.name);
        done.value = index + 1;
      }
    });
    if (!isDone) return;
    toasts.tell(words.copyDone({ what: called(entries) }));
    onClose();
  };
  return (
    <Dialog title={words.copyTitle({ what: called(entries) })} onClose={onClose}>
      <Problem text={work.problem.value} />
      <Field
        label={words.findProject()}
        type="search"
        autofocus
        value={text.value}
        onText={(typed) => (text.value = typed)}
      />
      <LoadedView of={loading}>
        {(listing) => (
          <fieldset class="folder-tree">
            <legend class="visually-hidden">{words.findProject()}</legend>
            {listing.projects
              .filter(({ project_id }) => project_id !== explorer.project)
              .filter(({ title }) => title.toLocaleLowerCase().includes(text.value.toLocaleLowerCase()))
              .slice(0, SHOWN)
              .map(({ project_id, title }) => (
                <label key={project_id}>
                  <input
                    type="radio"
                    name="project"
                    checked={chosen.value === project_id}
                    onChange={() => (chosen.value = project_id)}
                  />{" "}
                  {title || project_id}
                </label>
              ))}
          </fieldset>
        )}
      </LoadedView>
      {work.busy.value && (
        <Progress label={words.copying()} done={entries.length > 1 ? done.value / entries.length : null} />
      )}
      <div class="actions">
        <button type="button" onClick={onClose}>
          {common.cancel()}
        </button>
        <button
          type="button"
          class="primary"
          disabled={work.busy.value || chosen.value === null}
          onClick={() => void copy()}
        >
          {work.busy.value ? words.copying() : words.copyIt()}
        </button>
      </div>
    </Dialog>
  );
}
