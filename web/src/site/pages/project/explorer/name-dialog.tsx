/** Giving something a name. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { files as words } from "../../../strings/files.ts";
import { FormDialog } from "../../../ui/form-dialog.tsx";
import { Field } from "../../../ui/ui.tsx";

interface NameProps {
  readonly title: string;
  readonly verb: string;
  readonly name: string;
  act(name: string): Promise<unknown>;
  onClose(): void;
}

export function NameDialog({ title, verb, name, act, onClose }: NameProps): VNode {
  const typed = useSignal(name);
  return (
    <FormDialog title={title} verb={verb} act={() => act(typed.value)} onClose={onClose}>
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
    </FormDialog>
  );
}

/** The ending mostly stays. */
function selectStem(input: HTMLInputElement): void {
  const dot = input.value.lastIndexOf(".");
  input.setSelectionRange(0, dot > 0 ? dot : input.value.length);
}
