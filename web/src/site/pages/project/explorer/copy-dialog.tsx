/** Copying things into another project. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import type { Entry } from "../../../files.ts";
import { useSite } from "../../../site.ts";
import { files as words } from "../../../strings/files.ts";
import { FormDialog } from "../../../ui/form-dialog.tsx";
import { ProjectChoice } from "../../../ui/project-choice.tsx";
import { Progress } from "../../../ui/ui.tsx";
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
  const done = useSignal<number | null>(null);
  const copy = async (): Promise<void> => {
    const target = chosen.value;
    if (target === null) return;
    try {
      for (const [index, entry] of entries.entries()) {
        done.value = index;
        await explorer.calls.copy(explorer.pathOf(entry), target, entry.name);
      }
    } finally {
      done.value = null;
    }
    toasts.tell(words.copyDone({ what: called(entries) }));
  };
  return (
    <FormDialog
      title={words.copyTitle({ what: called(entries) })}
      verb={done.value === null ? words.copyIt() : words.copying()}
      isIncomplete={chosen.value === null}
      act={copy}
      onClose={onClose}
    >
      <ProjectChoice chosen={chosen} but={explorer.project} />
      {done.value !== null && (
        <Progress label={words.copying()} done={entries.length > 1 ? done.value / entries.length : null} />
      )}
    </FormDialog>
  );
}
