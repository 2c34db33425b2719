/** What a key, a button or the kernel may ask for next: loaded when it is shown first, or before, when there is time. */
import { deferred } from "../../outputs/deferred.ts";

export const FindBar = deferred(async () => (await import("./find.tsx")).FindBar);
export const Shortcuts = deferred(async () => (await import("./shortcuts.tsx")).Shortcuts);
export const StdinPrompt = deferred(async () => (await import("./stdin.tsx")).StdinPrompt);

export async function fetchDialogs(): Promise<void> {
  await Promise.all([FindBar.fetch(), Shortcuts.fetch(), StdinPrompt.fetch()]);
}
