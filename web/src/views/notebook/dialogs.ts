/** What a key, a pointer or the kernel may ask for next: loaded when it is asked for, or before, when there is time. */
import { deferred } from "../../outputs/deferred.ts";
import type { LiveDocument } from "../../state/document.ts";

export const fetchLater = () => import("./later.ts");

export const FindBar = deferred(async () => (await fetchLater()).FindBar);
export const History = deferred(async () => (await import("./past.tsx")).NotebookHistory);
export const Notices = deferred(async () => (await fetchLater()).Notices);
export const Shortcuts = deferred(async () => (await fetchLater()).Shortcuts);
export const StdinPrompt = deferred(async () => (await fetchLater()).StdinPrompt);

export async function fetchDialogs(document: LiveDocument): Promise<void> {
  await Promise.all([FindBar, Shortcuts, StdinPrompt].map((dialog) => dialog.fetch()));
  await fetchLater().then(
    ({ keepTyped }) => keepTyped(document),
    () => undefined,
  );
}
