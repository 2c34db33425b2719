/** Having a copy of what is shared in a project of one's own, and going there. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { copyPath } from "../../files.ts";
import { encoded } from "../../shares.ts";
import { useSite } from "../../site.ts";
import { common } from "../../strings/common.ts";
import { share as words } from "../../strings/share.ts";
import { ProjectChoice, ProjectOption } from "../../ui/project-choice.tsx";
import { Dialog, Problem, Progress } from "../../ui/ui.tsx";
import { useWork } from "../../ui/work.ts";
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
  const work = useWork();
  const { share, file, project_id } = seen;
  const copy = (): Promise<boolean> =>
    work.run(async () => {
      const project = chosen.value || (await projects.create(share.name));
      chosen.value = project; // trying again makes no second one
      const whole = joined(share.path, path);
      const target = whole === "" ? "" : file.name; // a home has no name
      await copyPath(api, { project: project_id, path: whole, share: share.id }, { project, path: target });
      router.go(`/projects/${project}/files/${encoded(target)}${file.kind === "directory" && target ? "/" : ""}`);
    });
  return (
    <Dialog title={words.openTitle({ name })} onClose={onClose}>
      <Problem text={work.problem.value} />
      <p>{words.openAdvice()}</p>
      <ProjectChoice chosen={chosen}>
        <ProjectOption id={NEW} label={words.newProject()} chosen={chosen} />
      </ProjectChoice>
      {work.busy.value && <Progress label={words.copying()} done={null} />}
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
