/** A question of the kernel, at the cell that asks. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { usePage } from "./page.ts";

export function StdinPrompt({ id }: { readonly id: string }): VNode | null {
  const page = usePage();
  const request = page.document.stdin.value;
  const value = useSignal("");
  if (request?.cell !== id) return null;
  if (!page.open.mayRun.value) return <p class="stdin">The kernel waits for an answer: {request.prompt}</p>;
  const answer = (event: Event) => {
    event.preventDefault();
    void page.open.ask("input", { value: value.value });
    value.value = "";
  };
  const field = {
    value: value.value,
    onInput: (event: { currentTarget: HTMLInputElement }) => {
      value.value = event.currentTarget.value;
    },
  };
  return (
    <form class="stdin" onSubmit={answer} autocomplete="off">
      {/* biome-ignore lint/a11y/noLabelWithoutControl: the field is one of the two within */}
      <label>
        <span class="stdin-prompt">{request.prompt || "Input"}</span>
        {request.password ? <input type="password" {...field} /> : <input type="text" {...field} />}
      </label>
      <button type="submit">Answer</button>
    </form>
  );
}
