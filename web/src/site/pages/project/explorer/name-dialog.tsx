/** Giving something a name. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { common } from "../../../strings/common.ts";
import { files as words } from "../../../strings/files.ts";
import { Dialog, Field, Problem } from "../../../ui/ui.tsx";
import { useWork } from "../../../ui/work.ts";

interface NameProps {
  readonly title: string;
  readonly verb: string;
  readonly name: string;
  act(name: string): Promise<unknown>;
  onClose(): void;
}

export function NameDialog({ title, verb, name, act, onClose }: NameProps): VNode {
  const typed = useSignal(name);
  const work = useWork();
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (await work.run(() => act(typed.value))) onClose();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <Problem text={work.problem.value} />
        <Field
          label={words.name()}
          value={typed.value}
          required
          autofocus
          autocomplete="off"
          spellcheck={false}
          onFocus={(event) => selectStem(event.currentTarget)}
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

/** The ending mostly stays. */
function selectStem(input: HTMLInputElement): void {
  const dot = input.value.lastIndexOf(".");
  input.setSelectionRange(0, dot > 0 ? dot : input.value.length);
}
