/** The page: the open files with their notices, or the banner while there is none. */
import { useSignalEffect } from "@preact/signals";
import type { Page } from "../state/page.ts";
import { say } from "../state/say.ts";
import { Banner } from "./banner.tsx";
import { FileView } from "./file-view.tsx";
import { Notices } from "./notices.tsx";

export function Shell({ page, frameUrl }: { readonly page: Page; readonly frameUrl: string }) {
  useSignalEffect(() => {
    const { dataset } = document.documentElement;
    if (page.theme.choice.value === "auto") delete dataset.theme;
    else dataset.theme = page.theme.choice.value;
    dataset.natural = String(page.natural.value);
  });
  const isBanner = showsBanner(page);
  return (
    <main class="shell">
      <SignedInByLink page={page} />
      <Notices page={page} />
      {isBanner && <Banner page={page} />}
      <div class="files" hidden={isBanner}>
        {inOrderOfOpening(page).map((file) => (
          <FileView key={`${file.projectId}/${file.path}`} page={page} file={file} frameUrl={frameUrl} />
        ))}
      </div>
    </main>
  );
}

/** Nothing is open, or nobody may see what is to be opened. */
function showsBanner(page: Page): boolean {
  const file = page.files.front.value;
  if (file === null || window.origin === "null") return true;
  const session = page.session.state.value.name;
  return (session === "required" || session === "refused") && file.document.value === null;
}

/** In an order that does not change when another one comes to the front, so that no editor is moved in the page. */
function inOrderOfOpening(page: Page) {
  return [...page.files.all.value].sort((a, b) => a.number - b.number);
}

function SignedInByLink({ page }: { readonly page: Page }) {
  const account = page.session.account.value;
  if (page.address.kiosk || window.parent !== window || account === null) return null;
  return (
    <p class="notice">
      {say("Signed in as {name} by link, in this tab only.", { name: account.name || say("a guest") })}
    </p>
  );
}
