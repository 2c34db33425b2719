/** The editors of a project's open files; the one of the address is in front. */
import "../../../views/shell.css";
import "./editors.css";
import { untracked, useSignalEffect } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { parseFragment } from "../../../state/address.ts";
import { FileView } from "../../../views/file-view.tsx";
import { Notices } from "../../../views/notices.tsx";
import { type SiteCommand, useCommands } from "../../commands.ts";
import { useSite } from "../../site.ts";
import { tabs as words } from "../../strings/tabs.ts";
import { type ProjectHere, useProject } from "./context.ts";

/** The content of sandboxed frames lies beside the directory of the scripts. */
const FRAME_URL = new URL(/* @vite-ignore */ "../output-frame.html", import.meta.url).href;

export function Page(): VNode {
  const here = useProject();
  useAddressInFront(here);
  useLinks(here);
  useSignalEffect(() => leadToFolder(here));
  useCommands(() => commandsOf(here), [here]);
  const files = [...here.live.files.all.value].sort((a, b) => a.number - b.number); // no editor is moved in the page
  return (
    <div class="shell project-editors">
      <Notices page={here.live} signedOut={<SignedOut />} follow={(file, path) => here.follow(file.path, path)} />
      <div class="files">
        {files.map((file) => (
          <FileView key={`${file.projectId}/${file.path}`} page={here.live} file={file} frameUrl={FRAME_URL} />
        ))}
      </div>
    </div>
  );
}

/** Those of the file that is in front. */
async function commandsOf({ live, place }: ProjectHere): Promise<readonly SiteCommand[]> {
  const shown = place.peek().section === "editors" ? live.files.front.peek()?.shown.peek() : null;
  return shown ? (await import("../../palette/notebook-commands.ts")).notebookCommands(shown) : [];
}

function SignedOut(): VNode {
  const { router } = useSite();
  return (
    <>
      {words.signedOut()}{" "}
      <a href={router.href("/auth/sign-in")} target="_blank" rel="noopener">
        {words.signIn()}
      </a>
    </>
  );
}

/** The file of the address has a tab and is in front; where its fragment leads is gone to once. */
function useAddressInFront({ id: projectId, live, place, tabs }: ProjectHere): void {
  const { router } = useSite();
  const followed = useRef<object | null>(null);
  useSignalEffect(() => {
    const { section, path } = place.value;
    const fragment = router.fragment.value;
    if (section !== "editors") return;
    const target = fragment === followed.current ? {} : parseFragment(fragment.text);
    followed.current = fragment;
    untracked(() => {
      tabs.add(path);
      live.files.enter({ projectId, path, target, create: false }, "front");
    });
  });
}

/** Links of documents to other files of the project open these, others of this server lead there. */
function useLinks(here: ProjectHere): void {
  const { router, config } = useSite();
  useEffect(() => {
    here.live.leave = (path) => {
      if (path.startsWith("/")) router.go(path.slice(config.base.length));
      else here.go(`files/${path}`);
    };
  }, [here, router, config]);
}

/** An address that names a folder as if it were a file leads to the folder. */
function leadToFolder(here: ProjectHere): void {
  const file = here.live.files.front.value;
  const phase = file?.phase.value;
  if (file === null || phase?.name !== "failed" || phase.code !== "not_a_file") return;
  untracked(() => {
    here.go(`files/${file.path}/`, { replace: true });
    here.close(file.path);
  });
}
