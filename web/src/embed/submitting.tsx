/** The bar in which somebody hands the file in front in; loaded by pages whose address asks for it. */
import { useSignal } from "@preact/signals";
import { render, type VNode } from "preact";
import { useEffect } from "preact/hooks";
import { language } from "../state/language.ts";
import type { OpenFile } from "../state/open-file.ts";
import type { Page } from "../state/page.ts";
import { said, say } from "../state/say.ts";
import type { SharedDocument } from "../state/shared-document.ts";
import { type Snapshot, takeSnapshot } from "../state/snapshots.ts";
import { HttpError } from "../wire/http.ts";
import "./submitting.css";

/** Whom to tell of what was submitted. */
type Tell = (snapshot: Snapshot) => void;

/** Show the bar below the page's files. */
export function showSubmit(page: Page, root: HTMLElement, tell: Tell): void {
  const place = root.appendChild(document.createElement("div"));
  root.classList.add("submits");
  render(<Bars page={page} tell={tell} />, place);
}

/** One for each file, so that it knows what was submitted when the file comes back to the front. */
function Bars({ page, tell }: { readonly page: Page; readonly tell: Tell }): VNode {
  const bars = page.files.all.value.map((file) => {
    const document = file.document.value;
    if (document === null || document.kind === "terminal" || !document.may.value.has("save")) return null;
    return <Bar key={file.number} page={page} tell={tell} file={file} document={document} />;
  });
  return <>{bars}</>;
}

type State =
  | { readonly name: "ready" }
  | { readonly name: "submitting"; readonly isChanged: boolean }
  | { readonly name: "submitted"; readonly at: number; readonly isChanged: boolean }
  | { readonly name: "failed"; readonly error: unknown };

interface BarProps {
  readonly page: Page;
  readonly tell: Tell;
  readonly file: OpenFile;
  readonly document: SharedDocument;
}

function Bar({ page, tell, file, document }: BarProps): VNode {
  const state = useSignal<State>({ name: "ready" });
  useEffect(() => {
    const changed = (): void => {
      if ("isChanged" in state.value) state.value = { ...state.value, isChanged: true };
    };
    document.ydoc.on("update", changed);
    return () => document.ydoc.off("update", changed);
  }, [document]);
  const now = state.value;
  const mayPress = now.name === "submitted" ? now.isChanged : now.name !== "submitting";
  const press = async (): Promise<void> => {
    if (!mayPress) return;
    state.value = { name: "submitting", isChanged: false };
    try {
      const snapshot = await takeSnapshot(page, document, file.path, true);
      const isChanged = "isChanged" in state.value && state.value.isChanged;
      state.value = { name: "submitted", at: Date.now(), isChanged };
      tell(snapshot);
    } catch (error) {
      state.value = { name: "failed", error };
    }
  };
  return (
    <section class="submit" aria-label={say("Submitting")} hidden={page.files.front.value !== file}>
      <p role="status" data-state={now.name}>
        {textOf(now)}
      </p>
      <button type="button" aria-disabled={!mayPress} onClick={press}>
        {now.name === "submitted" ? say("Submit again") : say("Submit")}
      </button>
    </section>
  );
}

function textOf(state: State): string {
  switch (state.name) {
    case "ready":
      return "";
    case "submitting":
      return say("Submitting…");
    case "submitted":
      return say(state.isChanged ? "Submitted at {time}, and changed since then" : "Submitted at {time}", {
        time: clock(state.at),
      });
    case "failed":
      return say("Not submitted: {why}", { why: whyOf(state.error) });
  }
}

const clock = (moment: number): string => new Date(moment).toLocaleTimeString(language.value, { timeStyle: "short" });

function whyOf(error: unknown): string {
  return error instanceof HttpError ? said(error.message) : say("the server cannot be reached");
}
