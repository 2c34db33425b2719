/** Buttons that insert a cell between two others; they show when one points there or comes by keyboard. */
import type { VNode } from "preact";
import { add } from "../../state/notebook-commands.ts";
import { say } from "../../state/say.ts";
import { usePage } from "./page.ts";

export function InsertBar({ index }: { readonly index: number }): VNode {
  const { open } = usePage();
  return (
    <div class="insert-bar">
      <button type="button" tabIndex={-1} onClick={() => add(open, index, "editor")}>
        {say("+ Code")}
      </button>
      <button type="button" tabIndex={-1} onClick={() => addText(index)}>
        {say("+ Text")}
      </button>
    </div>
  );

  function addText(at: number): void {
    add(open, at, "editor", "markdown");
  }
}
