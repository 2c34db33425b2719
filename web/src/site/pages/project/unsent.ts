/** Edits that are not at the server yet: files stay open for them, and the browser asks before it leaves the page. */
import { computed, type ReadonlySignal } from "@preact/signals";
import type { OpenFile } from "../../../state/open-file.ts";
import type { Page } from "../../../state/page.ts";
import { until } from "../../../state/until.ts";

const pages = new Set<Page>();

addEventListener("beforeunload", (event) => {
  if ([...pages].some((page) => page.files.all.value.some(isUnsent))) event.preventDefault();
});

/** Ends a page when all is sent, which may be long after nobody sees it any more. */
export function keepUntilSent(page: Page): () => Promise<void> {
  pages.add(page);
  return async () => {
    await until(allSent(page), (isSent) => isSent);
    pages.delete(page);
    page.dispose();
  };
}

/** Close a file when all is sent, unless it is wanted again by then. */
export async function closeWhenSent(page: Page, file: OpenFile, isWanted: () => boolean): Promise<void> {
  await until(
    computed(() => !isUnsent(file)),
    (isSent) => isSent,
  );
  if (!isWanted()) page.files.close(file);
}

function allSent(page: Page): ReadonlySignal<boolean> {
  return computed(() => !page.files.all.value.some(isUnsent));
}

function isUnsent(file: OpenFile): boolean {
  return (file.document.value?.unacknowledged.value ?? 0) > 0;
}
