/** A question of the kernel, at the cell that asks. */
import "./stdin.css";
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { say } from "../../state/say.ts";
import { type Page, usePage } from "./page.ts";

export function StdinPrompt({ id }: { readonly id: string }): VNode | null {
  const page = usePage();
  const { stdin } = page.document;
  const request = stdin.value?.cell === id ? stdin.value : null;
  const value = useSignal("");
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => (request ? comeTo(page, id, input.current) : undefined), [request]);
  if (!request) return null;
  if (!page.open.mayRun.value)
    return <p class="stdin">{say("The kernel waits for an answer: {prompt}", { prompt: request.prompt })}</p>;
  const answer = (event: Event) => {
    event.preventDefault();
    void page.open.ask("input", { value: value.value });
    value.value = "";
  };
  const field = {
    ref: input,
    value: value.value,
    onInput: (event: { currentTarget: HTMLInputElement }) => {
      value.value = event.currentTarget.value;
    },
  };
  return (
    <form class="stdin" onSubmit={answer} autocomplete="off">
      {/* biome-ignore lint/a11y/noLabelWithoutControl: the field is one of the two within */}
      <label>
        <span class="stdin-prompt">{request.prompt || say("Input")}</span>
        {request.password ? <input type="password" {...field} /> : <input type="text" {...field} />}
      </label>
      <button type="submit">{say("Answer")}</button>
    </form>
  );
}

/** Take the keyboard if this page asked for the run and nothing is typed elsewhere; it goes back when that is over. */
function comeTo({ open }: Page, id: string, input: HTMLInputElement | null): () => void {
  open.announcement.value = say("The kernel waits for an answer.");
  const inCell = document.activeElement === document.body || document.activeElement?.matches(".cell") === true;
  if (document.hasFocus() && inCell && open.asked.has(id)) input?.focus();
  return () => {
    if (document.hasFocus() && document.activeElement === document.body) open.leave();
  };
}
