/** What outputs and markdown need of a page that shows a share: files of the share only, and no kernel. */
import { signal } from "@preact/signals";
import type { Download, OutputContext } from "../../../outputs/context.ts";
import { sharePage } from "../../shares.ts";
import type { Site } from "../../site.ts";
import { share as words } from "../../strings/share.ts";
import { joined } from "../project/explorer/entries.ts";
import type { Here } from "../share.tsx";

/** The content of sandboxed frames lies beside the directory of the scripts. */
const FRAME_URL = new URL(/* @vite-ignore */ "../output-frame.html", import.meta.url).href;

export function sharedContext(site: Site, { calls, seen: { share }, path }: Here): OutputContext {
  return {
    theme: site.theme.shown,
    natural: signal(true),
    frameUrl: FRAME_URL,
    reportBlocked: (wanted) => {
      const inner = innerPath(share.path, wanted);
      if (wanted.startsWith("/")) site.router.go(wanted.slice(site.config.base.length));
      else if (inner === null) site.toasts.complain(words.notShared({ path: wanted }));
      else site.router.go(sharePage(share.id, inner));
    },
    fetchFile: async (wanted, signal) => {
      const inner = innerPath(share.path, wanted);
      if (inner === null) throw new Error(words.notShared({ path: wanted }));
      return await (await calls.fetch(share.id, inner, signal)).blob();
    },
    download: save,
    document: {
      path: joined(share.path, path),
      sendComm: () => undefined,
      onComm: () => () => undefined,
      call: () => Promise.reject(new Error("there is no kernel")),
    },
  };
}

/** A path in the home as one in what is shared; null if it is not in there. */
export function innerPath(shared: string, path: string): string | null {
  if (shared === "") return path;
  if (path === shared) return "";
  return path.startsWith(`${shared}/`) ? path.slice(shared.length + 1) : null;
}

/** Have the browser save something as a file. */
function save({ data, filename, mime }: Download): void {
  const url = URL.createObjectURL(new Blob([data], { type: mime }));
  const link = document.createElement("a");
  link.href = url;
  link.download = filename;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // some browsers read it late
}
