/** Copying things into another project. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import type { Entry } from "../../../files.ts";
import { useSite } from "../../../site.ts";
import { common } from "../../../strings/common.ts";
import { files as words } from "../../../strings/files.ts";
import { ProjectChoice } from "../../../ui/project-choice.tsx";
import { Dialog, Problem, Progress } from "../../../ui/ui.tsx";
import { useWork } from "../../../ui/work.ts";
import type { Explorer } from "./explorer.ts";
import { called } from "./move-dialog.tsx";

interface CopyProps {
  readonly explorer: Explorer;
  readonly entries: readonly Entry[];
  onClose(): void;
}

export function CopyDialog({ explorer, entries, onClose }: CopyProps): VNode {
  const { toasts } = useSite();
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
      <ProjectChoice chosen={chosen} but={explorer.project} />
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
