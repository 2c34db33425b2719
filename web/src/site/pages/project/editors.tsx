/** The files of a project that are open, each with its editor; the one of the address is in front. */
import "../../../views/shell.css";
import { useSignalEffect } from "@preact/signals";
import type { VNode } from "preact";
import { FileView } from "../../../views/file-view.tsx";
import { Notices } from "../../../views/notices.tsx";
import { useProject } from "./context.ts";

/** The content of sandboxed frames lies beside the directory of the scripts. */
const FRAME_URL = new URL(/* @vite-ignore */ "../output-frame.html", import.meta.url).href;

export function Page(): VNode {
  const { id: projectId, live, place } = useProject();
  useSignalEffect(() => {
    const { section, path } = place.value;
    const target = path === live.address.path ? live.address.target : {};
    if (section === "editors") live.files.enter({ projectId, path, target, create: false }, "front");
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
