/** Whether a project runs, and the buttons that change it. */
import type { VNode } from "preact";
import type { Action, RunState } from "../projects.ts";
import { running } from "../strings/running.ts";

const WORDS: Readonly<Record<RunState, () => string>> = {
  opened: running.opened,
  starting: running.starting,
  running: running.running,
  stopping: running.stopping,
};

export function StateMark({ state }: { readonly state: RunState }): VNode {
  return (
    <span class="run-state" data-state={state}>
      {WORDS[state]()}
    </span>
  );
}

interface StartStopProps {
  readonly state: RunState;
  /** Said beside the verb to those who only hear it. */
  readonly of: string;
  act(action: Action): void;
}

/** The one thing that can be done about the state. */
export function StartStop({ state, of, act }: StartStopProps): VNode {
  const isOn = state === "running" || state === "stopping";
  return (
    <button
      type="button"
      class="start-stop"
      disabled={state === "starting" || state === "stopping"}
      onClick={() => act(isOn ? "stop" : "start")}
    >
      {isOn ? running.stop() : running.start()}
      <span class="visually-hidden"> {of}</span>
    </button>
  );
}

/** What a state becomes while an action is carried out. */
export function meanwhile(action: Action): RunState {
  return action === "stop" ? "stopping" : "starting";
}

/** A reason without the words that the hub puts before it for programs. */
export function reasonIn(text: string): string {
  const reason = text.replace(/^unable to start project \S+ -- /i, "");
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}${/[.!?]$/.test(reason) ? "" : "."}`;
}

/** What to do about a reason that the hub has given. */
export function advice(reason: string): () => string {
  if (/out of memory/i.test(reason)) return running.memory;
  if (/disk/i.test(reason)) return running.disk;
  if (/not used/i.test(reason)) return running.unused;
  if (/timeout/i.test(reason)) return running.busy;
  return running.other;
}
