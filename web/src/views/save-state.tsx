/** Whether what one sees is safe: on the server, and in the file. */
import type { VNode } from "preact";
import type { LiveDocument } from "../state/document.ts";
import { type Sentence, say } from "../state/say.ts";

interface SaveStateProps {
  readonly document: LiveDocument;
  readonly maySave: boolean;
  onSave(): void;
}

export function SaveState({ document, maySave, onSave }: SaveStateProps): VNode {
  const state = stateOf(document);
  const content = (
    <span class="save-state" data-state={state.name} role="status">
      {say(state.text, { count: document.unacknowledged.value })}
    </span>
  );
  if (!maySave || state.name !== "dirty") return content;
  return (
    <button type="button" class="tool" title={say("Save now (Ctrl+S)")} onClick={onSave}>
      {content}
    </button>
  );
}

interface State {
  readonly name: "opening" | "offline" | "closed" | "sending" | "dirty" | "saved" | "readonly";
  readonly text: Sentence;
}

function stateOf(document: LiveDocument): State {
  const status = document.status.value;
  const waiting = document.unacknowledged.value;
  if (status === "closed") return { name: "closed", text: "Closed" };
  if (status === "offline") return { name: "offline", text: "Offline: edits are kept here" };
  if (status === "opening") return { name: "opening", text: "Opening…" };
  if (document.elsewhere.value?.path === null) return { name: "closed", text: "Not in a file" };
  if (document.readonly.value) return { name: "readonly", text: "Read only" };
  if (waiting > 1) return { name: "sending", text: "Edits not yet on the server: {count}" };
  if (document.dirty.value || waiting > 0) return { name: "dirty", text: "Saving…" };
  return { name: "saved", text: "Saved" };
}
