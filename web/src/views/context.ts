/** What the page gives an editor for one file. */
import type { OpenFile } from "../state/open-file.ts";
import type { Page } from "../state/page.ts";
import type { Exported } from "../state/shown.ts";
import type { EditorContext } from "./editors.ts";

export function editorContext(page: Page, file: OpenFile, frameUrl: string): EditorContext {
  return {
    kiosk: page.address.kiosk,
    theme: page.theme.shown,
    natural: page.natural,
    frameUrl,
    reportBlocked: (path) => page.leave(path),
    fetchFile: async (path, signal) => {
      const { projectId } = file;
      const response = await page.session.authorized((bearer) => page.hub.file(bearer, projectId, path, signal));
      return await response.blob();
    },
    download,
  };
}

/** Have the browser save something as a file. */
function download({ data, filename, mime }: Exported): void {
  const url = URL.createObjectURL(new Blob([data], { type: mime }));
  const link = document.createElement("a");
  link.href = url;
  link.download = filename;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // some browsers read it late
}
