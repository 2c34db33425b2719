/** The terminals that run in the project, also those that no page shows: a way back to each, and an end. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useId } from "preact/hooks";
import type { Terminal } from "../../projects.ts";
import { useSite } from "../../site.ts";
import { terminals as words } from "../../strings/terminals.ts";
import { inWords } from "../../ui/problems.ts";
import { repeatWhileVisible } from "../../ui/repeat.ts";
import { useProject } from "./context.ts";
import { visible } from "./explorer/entries.ts";

const ASK_EVERY_MS = 5000;

export function Terminals(): VNode | null {
  const here = useProject();
  const { projects, toasts } = useSite();
  const found = useSignal<readonly Terminal[]>([]);
  const id = useId();
  const isAsking = here.state.value === "running" && here.details.value?.can_write === true;
  const ask = async (signal?: AbortSignal): Promise<void> => {
    found.value = await projects.terminals(here.id, signal);
  };
  useEffect(() => {
    found.value = [];
    return isAsking ? repeatWhileVisible(ask, ASK_EVERY_MS) : undefined;
  }, [projects, here, isAsking]);
  const end = async ({ path }: Terminal): Promise<void> => {
    try {
      await projects.endTerminal(here.id, path);
      await ask();
    } catch (error) {
      toasts.complain(inWords(error));
    }
  };
  if (found.value.length === 0) return null;
  return (
    <section class="terminals" aria-labelledby={id}>
      <h2 id={id}>{words.title()}</h2>
      <ul>
        {found.value.map((terminal) => (
          <li key={terminal.path}>
            <a href={here.href(`files/${terminal.path}`)}>
              <bdi>{visible(terminal.path)}</bdi>
            </a>
            <span class="soft">{stateOf(terminal)}</span>
            <button type="button" class="danger" onClick={() => void end(terminal)}>
              {words.end()}
              <span class="visually-hidden"> {visible(terminal.path)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function stateOf({ viewers, busy }: Terminal): string {
  const looks = viewers === 0 ? words.nobody() : words.shown({ count: viewers });
  return busy ? `${looks}, ${words.busy()}` : looks;
}
