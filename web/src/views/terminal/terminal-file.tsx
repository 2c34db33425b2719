/** A terminal: a bar and a screen that fills the rest. */
import "@xterm/xterm/css/xterm.css";
import "./terminal.css";
import { type Signal, useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { LiveDocument } from "../../state/document.ts";
import { type Sentence, say } from "../../state/say.ts";
import type { EditorContext } from "../editors.ts";
import { Screen } from "./screen.ts";

/** How high it is where the page grows with its content. */
export const NATURAL_REM = 28;
const STEP_PX = 2;

interface TerminalFileProps {
  readonly document: LiveDocument;
  readonly context: EditorContext;
  /** While it is shown. */
  readonly screen: Signal<Screen | null>;
}

export function TerminalFile({ document, context, screen }: TerminalFileProps): VNode {
  const host = useRef<HTMLDivElement>(null);
  const bar = useRef<HTMLDivElement>(null);
  const isRead = useSignal(false);
  useEffect(() => {
    const leave = () => bar.current?.querySelector("button")?.focus();
    const made = new Screen(host.current as HTMLElement, { document, context, leave });
    screen.value = made;
    return () => {
      screen.value = null;
      made.dispose();
    };
  }, [document]);
  const read = () => {
    isRead.value = !isRead.value;
    if (screen.value) screen.value.terminal.options.screenReaderMode = isRead.value;
  };
  const state = stateOf(document, screen.value);
  return (
    <div class="terminal-file" style={context.natural.value ? { height: `${NATURAL_REM}rem` } : undefined}>
      <div class="terminal-bar" role="toolbar" aria-label={say("Terminal")} ref={bar}>
        <h1 class="terminal-name">{document.path.split("/").at(-1)}</h1>
        <span class="terminal-state" role="status">
          {state && say(state)}
        </span>
        <TextSize screen={screen} />
        <button type="button" aria-pressed={isRead.value} onClick={read}>
          {say("Screen reader")}
        </button>
        <span class="visually-hidden">{say("Control+Shift+Up leads from the terminal to this bar.")}</span>
      </div>
      <div class="terminal-host" ref={host} />
    </div>
  );
}

function TextSize({ screen }: { readonly screen: Signal<Screen | null> }): VNode {
  const change = (step: number) => screen.value?.changeFontSize(step);
  return (
    <>
      <button
        type="button"
        aria-label={say("A− Smaller text")}
        title={say("Smaller text")}
        onClick={() => change(-STEP_PX)}
      >
        A−
      </button>
      <button
        type="button"
        aria-label={say("A+ Larger text")}
        title={say("Larger text")}
        onClick={() => change(STEP_PX)}
      >
        A+
      </button>
    </>
  );
}

function stateOf(document: LiveDocument, screen: Screen | null): Sentence | "" {
  const status = document.status.value;
  const isRefused = screen?.live.isRefused.value;
  if (status === "offline") return isRefused ? "Offline: what you type is not sent" : "Offline: nothing can be typed";
  if (status !== "live") return "";
  if (isRefused) return "Online again; what you typed meanwhile was not sent";
  if (document.readonly.value) return "Read only";
  return screen?.live.isRunning.value !== false ? "" : "The shell has ended";
}
