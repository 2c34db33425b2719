/** Notices between the bar and the cells: questions, what went wrong, and a kernel that died. */
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { said, say } from "../../state/say.ts";
import type { KernelInfo } from "../../wire/events.ts";
import { Icon } from "./icon.tsx";
import { usePage } from "./page.ts";

export function Notices(): VNode {
  const { open, document } = usePage();
  const { state } = document.kernel.value;
  const dismiss = () => (open.notice.value = null);
  return (
    <>
      {open.confirming.value && <Confirm question={open.confirming.value} />}
      {state === "dead" && (
        <div class="notice notice-bad" role="alert">
          <span>{obituary(document.kernel.value)}</span>
          {open.mayRun.value && (
            <button type="button" onClick={() => void open.restart("restart")}>
              {say("Restart")}
            </button>
          )}
        </div>
      )}
      {open.notice.value !== null && (
        <div class="notice notice-warn" role="alert">
          <span>{said(open.notice.value)}</span>
          <button type="button" class="tool" aria-label={say("Dismiss")} onClick={dismiss}>
            <Icon name="close" />
          </button>
        </div>
      )}
    </>
  );
}

/** Why there is no kernel; only one that has lived has a name to be shown and variables to be lost. */
function obituary({ displayName, reason }: KernelInfo): string {
  const why = reason ? `: ${said(reason).replace(/\.$/, "")}` : "";
  if (displayName === null)
    return say("The kernel could not be started{why}. Choose another one at the right of the bar, if there is any.", {
      why,
    });
  return say("The kernel is dead{why}. Its variables are lost, the notebook is not.", { why });
}

function Confirm({ question }: { readonly question: "restart" | "restart-and-run" }): VNode {
  const { open } = usePage();
  const yes = useRef<HTMLButtonElement>(null);
  useEffect(() => yes.current?.focus({ preventScroll: true }), []);
  const action = question === "restart" ? say("Restart") : say("Restart and run all");
  const onKey = (event: KeyboardEvent) => event.key === "Escape" && open.close();
  return (
    <div class="notice notice-warn" role="alertdialog" aria-label={`${action}?`} onKeyDown={onKey}>
      <span>{say("{action}? The kernel forgets all variables.", { action })}</span>
      <button
        type="button"
        class="danger"
        ref={yes}
        onClick={() => void open.restart(question).then(() => open.leave())}
      >
        {action}
      </button>
      <button type="button" onClick={() => open.close()}>
        {say("Cancel")}
      </button>
    </div>
  );
}
