/** A project: its files, those that are open, and what else it has. */
import { useSignalEffect } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import "../../views/shell.css";
import { parseAddress } from "../../state/address.ts";
import { Page as LivePage } from "../../state/page.ts";
import { FileView } from "../../views/file-view.tsx";
import { Notices } from "../../views/notices.tsx";
import type { Params } from "../router.ts";
import { useSite } from "../site.ts";

/** The content of sandboxed frames lies beside the directory of the scripts. */
const FRAME_URL = new URL(/* @vite-ignore */ "../output-frame.html", import.meta.url).href;

export function Page({ params }: { readonly params: Params }): VNode {
  const { config, router } = useSite();
  const live = useMemo(() => new LivePage(config, parseAddress(new URL(location.href), config.base)), [config]);
  useEffect(() => {
    live.enter();
    return () => live.dispose();
  }, [live]);
  useSignalEffect(() => {
    const path = /^files\/(.+[^/])$/.exec(router.path.value.split("/").slice(3).map(decodeURIComponent).join("/"))?.[1];
    const projectId = params.project_id;
    if (path !== undefined && projectId !== undefined) {
      live.files.enter({ projectId, path, target: {}, create: false }, "front");
    }
  });
  return (
    <main class="shell">
      <Notices page={live} />
      <div class="files">
        {live.files.all.value.map((file) => (
          <FileView key={`${file.projectId}/${file.path}`} page={live} file={file} frameUrl={FRAME_URL} />
        ))}
      </div>
    </main>
  );
}
