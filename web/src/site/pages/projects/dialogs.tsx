/** Making a project, and giving one another title. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import type { Listed } from "../../projects.ts";
import { useSite } from "../../site.ts";
import { common } from "../../strings/common.ts";
import { projects as words } from "../../strings/projects.ts";
import { Dialog, Field, Problem } from "../../ui/ui.tsx";
import { useWork } from "../../ui/work.ts";
import type { ListActions } from "./actions.ts";

export function CreateDialog({ onClose }: { onClose(): void }): VNode {
  const { projects, router } = useSite();
  const create = async (title: string): Promise<void> => {
    router.go(`/projects/${await projects.create(title)}/files/`);
  };
  return <TitleDialog heading={words.create()} verb={words.createIt()} title="" act={create} onClose={onClose} />;
}

interface RenameProps {
  readonly project: Listed;
  readonly actions: ListActions;
  onClose(): void;
}

export function RenameDialog({ project, actions, onClose }: RenameProps): VNode {
  return (
    <TitleDialog
      heading={words.renameTitle()}
      verb={words.save()}
      title={project.title}
      act={(title) => actions.rename(project, title)}
      onClose={onClose}
    />
  );
}

interface TitleProps {
  readonly heading: string;
  readonly verb: string;
  readonly title: string;
  act(title: string): Promise<void>;
  onClose(): void;
}

function TitleDialog({ heading, verb, title, act, onClose }: TitleProps): VNode {
  const typed = useSignal(title);
  const work = useWork();
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (await work.run(() => act(typed.value.trim()))) onClose();
  };
  return (
    <Dialog title={heading} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <Problem text={work.problem.value} />
        <Field
          label={words.name()}
          value={typed.value}
          required
          autofocus
          maxLength={1000}
          autocomplete="off"
          onText={(text) => (typed.value = text)}
        />
        <div class="actions">
          <button type="button" onClick={onClose}>
            {common.cancel()}
          </button>
          <button type="submit" class="primary" disabled={work.busy.value}>
            {verb}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
