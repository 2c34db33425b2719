/** Having a copy of what is shared in a project of one's own, and going there. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { copyPath } from "../../files.ts";
import { encoded } from "../../shares.ts";
import { useSite } from "../../site.ts";
import { share as words } from "../../strings/share.ts";
import { FormDialog } from "../../ui/form-dialog.tsx";
import { ProjectChoice, ProjectOption } from "../../ui/project-choice.tsx";
import { Progress } from "../../ui/ui.tsx";
import { joined } from "../project/explorer/entries.ts";
import type { Here } from "../share.tsx";

const NEW = "";

interface OpenProps extends Here {
  readonly name: string;
  onClose(): void;
}

export function OpenDialog({ seen, path, name, onClose }: OpenProps): VNode {
  const { api, projects, router } = useSite();
  const chosen = useSignal<string | null>(NEW);
  const busy = useSignal(false);
  const { share, file, project_id } = seen;
  const copy = async (): Promise<void> => {
    busy.value = true;
    try {
      const project = chosen.value || (await projects.create(share.name));
      chosen.value = project; // trying again makes no second one
      const whole = joined(share.path, path);
      const target = whole === "" ? "" : file.name; // a home has no name
      await copyPath(api, { project: project_id, path: whole, share: share.id }, { project, path: target });
      router.go(`/projects/${project}/files/${encoded(target)}${file.kind === "directory" && target ? "/" : ""}`);
    } finally {
      busy.value = false;
    }
  };
  return (
    <FormDialog
      title={words.openTitle({ name })}
      verb={busy.value ? words.copying() : words.copyIt()}
      isIncomplete={chosen.value === null}
      act={copy}
      onClose={onClose}
    >
      <p>{words.openAdvice()}</p>
      <ProjectChoice chosen={chosen}>
        <ProjectOption id={NEW} label={words.newProject()} chosen={chosen} />
      </ProjectChoice>
      {busy.value && <Progress label={words.copying()} done={null} />}
    </FormDialog>
  );
}
