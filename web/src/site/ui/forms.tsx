/** Forms in dialogs, and the button that sends one. */
import type { ComponentChildren, VNode } from "preact";
import { common } from "../strings/common.ts";
import { Dialog, Problem } from "./ui.tsx";
import { useWork, type Work } from "./work.ts";

interface FormDialogProps {
  readonly title: string;
  readonly label: string;
  readonly acting: string;
  readonly isDanger?: boolean;
  readonly isReady?: boolean;
  readonly children: ComponentChildren;
  act(): Promise<void>;
  onClose(): void;
}

/** A form in a dialog, which closes when what it asks for is done. */
export function FormDialog({ title, isDanger, isReady, children, act, onClose, ...button }: FormDialogProps): VNode {
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
          <Submit work={work} isDanger={isDanger} isReady={isReady} {...button} />
        </div>
      </form>
    </Dialog>
  );
}

interface SubmitProps {
  readonly work: Work;
  readonly label: string;
  readonly acting: string;
  readonly isDanger?: boolean | undefined;
  readonly isReady?: boolean | undefined;
}

/** The button that sends a form. */
export function Submit({ work, label, acting, isDanger = false, isReady = true }: SubmitProps): VNode {
  return (
    <button type="submit" class={isDanger ? "danger" : "primary"} disabled={work.busy.value || !isReady}>
      {work.busy.value ? acting : label}
    </button>
  );
}
