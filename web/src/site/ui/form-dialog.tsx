/** A form in front of the page: what it asks, and a button that does it and then closes the dialog. */
import type { ComponentChildren, VNode } from "preact";
import { common } from "../strings/common.ts";
import { Dialog, Problem } from "./ui.tsx";
import { useWork } from "./work.ts";

interface FormDialogProps {
  readonly title: string;
  /** What the button says. */
  readonly verb: string;
  /** Whether something is still to be chosen. */
  readonly isIncomplete?: boolean;
  readonly children: ComponentChildren;
  act(): Promise<unknown>;
  onClose(): void;
}

export function FormDialog({ title, verb, isIncomplete = false, children, act, onClose }: FormDialogProps): VNode {
  const work = useWork();
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (await work.run(act)) onClose();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <Problem text={work.problem.value} />
        {children}
        <div class="actions">
          <button type="button" onClick={onClose}>
            {common.cancel()}
          </button>
          <button type="submit" class="primary" disabled={work.busy.value || isIncomplete}>
            {verb}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
