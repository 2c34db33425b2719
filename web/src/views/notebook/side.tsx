/** What stands left of a cell: how its run stands, and the button that runs it. */
import { useComputed, useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { language } from "../../state/language.ts";
import { type Cell, cellId } from "../../state/notebook.ts";
import type { CellState } from "../../state/notebook-cells.ts";
import { say } from "../../state/say.ts";
import { Icon } from "./icon.tsx";
import { usePage } from "./page.ts";

interface SideProps {
  readonly cell: Cell;
  readonly state: CellState;
}

export function Side({ cell, state }: SideProps): VNode {
  const page = usePage();
  const id = cellId(cell);
  const kernel = page.document.kernel;
  const queued = useComputed(() => kernel.value.queue.includes(id)).value;
  const runs = useComputed(() => kernel.value.running === id).value || state.running;
  const started = useComputed(() => kernel.value.timings.get(id)?.started).value;
  const ended = useComputed(() => kernel.value.timings.get(id)?.ended).value;
  if (state.type !== "code") return <div class="cell-side" />;
  const run = () => {
    page.open.goTo(id);
    void page.open.run([id]);
  };
  return (
    <div class="cell-side">
      {page.open.mayRun.value && (
        <button
          type="button"
          class="run-button"
          onClick={run}
          aria-label={say("Run cell")}
          title={say("Run (Ctrl+Enter)")}
          tabIndex={-1}
        >
          <Icon name="run" />
        </button>
      )}
      <span class="prompt" aria-hidden="true">
        [{runs ? "*" : queued ? "…" : (state.executionCount ?? " ")}]
      </span>
      {started !== undefined && <Took started={started} ended={ended} running={runs} />}
    </div>
  );
}

interface TookProps {
  readonly started: number;
  readonly ended: number | undefined;
  readonly running: boolean;
}

/** How long the cell has been running, or ran. */
function Took({ started, ended, running }: TookProps): VNode | null {
  const now = useSignal(Date.now());
  const counting = running && ended === undefined;
  useEffect(() => {
    if (!counting) return undefined;
    const timer = setInterval(() => (now.value = Date.now()), 500);
    return () => clearInterval(timer);
  }, [counting, now]);
  if (!counting && ended === undefined) return null;
  const took = duration((ended ?? Math.max(now.value, started)) - started);
  return (
    <span class="took" onPointerEnter={({ currentTarget }) => tellStart(currentTarget, started)}>
      {took}
    </span>
  );
}

/** When one looks for it, not before: the first date that a page formats takes 15 ms. */
function tellStart(element: HTMLElement, started: number): void {
  element.title = say("Started {time}", { time: new Date(started).toLocaleString(language.peek()) });
}

/** Milliseconds as people say it: `12 ms`, `3.4 s`, `2 min 5 s`, `1 h 2 min`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return say("{seconds}.{tenths} s", { seconds, tenths: Math.floor(ms / 100) % 10 });
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
