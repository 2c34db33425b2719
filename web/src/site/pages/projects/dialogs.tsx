/** Making a project, and giving one another title. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import type { Listed } from "../../projects.ts";
import { useSite } from "../../site.ts";
import { projects as words } from "../../strings/projects.ts";
import { FormDialog } from "../../ui/form-dialog.tsx";
import { Field } from "../../ui/ui.tsx";
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
  return (
    <FormDialog title={heading} verb={verb} act={() => act(typed.value.trim())} onClose={onClose}>
      <Field
        label={words.name()}
        value={typed.value}
        required
        autofocus
        maxLength={1000}
        autocomplete="off"
        onText={(text) => (typed.value = text)}
      />
    </FormDialog>
  );
}
