/** A file of the page: how far its opening is, why it failed, or its editor. */
import { useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { deferred } from "../outputs/deferred.ts";
import type { OpenFile, Phase } from "../state/open-file.ts";
import type { Page } from "../state/page.ts";
import { inLanguage, type Sentence, said, say } from "../state/say.ts";
import type { SharedDocument } from "../state/shared-document.ts";
import { until } from "../state/until.ts";
import { editorContext } from "./context.ts";
import { findEditor } from "./editors.ts";

/** For files that are in no editor, which few are. */
const Unopened = deferred(
  async () => (await import("./viewers/unopened.tsx")).Unopened,
  ({ phase }) => <p class="loading">{said(phase.message)}</p>,
);

/** Parent pages are told in English. */
const NOT_LOADED: Sentence = "The editor could not be loaded. Reload the page: the server may have been updated.";
const NO_EDITOR: Sentence = "There is no editor for this type of file.";

interface FileProps {
  readonly page: Page;
  readonly file: OpenFile;
  readonly frameUrl: string;
}

/** All of it stays mounted behind another file, so that it comes back as it was left. */
export function FileView({ page, file, frameUrl }: FileProps) {
  const isInFront = page.files.front.value === file;
  const phase = file.phase.value;
  const isOpen = phase.name === "open" && file.document.value !== null;
  return (
    <section class="file" hidden={!isInFront} aria-label={file.path}>
      {phase.name === "failed" ? (
        <Unopened page={page} file={file} phase={phase} />
      ) : (
        !isOpen && <Opening phase={phase} />
      )}
      <EditorHost page={page} file={file} frameUrl={frameUrl} />
    </section>
  );
}

/** Where the editor of the present document is mounted; another document gets another editor. */
function EditorHost({ page, file, frameUrl }: FileProps) {
  const host = useRef<HTMLDivElement>(null);
  useSignalEffect(() => {
    const document = file.document.value;
    if (document === null || host.current === null) return;
    const end = new AbortController();
    const element = host.current;
    mountEditor({ page, file, frameUrl }, document, element, end.signal).catch((error) => {
      if (end.signal.aborted) return;
      console.warn("the editor could not be shown", error);
      file.fail("internal", NOT_LOADED);
    });
    return () => end.abort();
  });
  return <div class="editor-host" ref={host} hidden={file.phase.value.name !== "open"} />;
}

async function mountEditor(
  { page, file, frameUrl }: FileProps,
  document: SharedDocument,
  element: HTMLElement,
  signal: AbortSignal,
): Promise<void> {
  const kind = findEditor(document.kind, document.path);
  if (kind === null) return file.fail("unsupported", NO_EDITOR);
  const make = await inLanguage(kind.load());
  if (signal.aborted) return;
  const editor = make(document, editorContext(page, file, frameUrl));
  editor.mount(element);
  file.shown.value = editor;
  signal.addEventListener("abort", () => {
    if (file.shown.peek() === editor) file.shown.value = null;
    editor.dispose();
    element.replaceChildren();
  });
  await until(document.synced, (isSynced) => isSynced, signal);
  const target = file.takeTarget();
  if (Object.keys(target).length > 0) editor.reveal(target);
}

function Opening({ phase }: { readonly phase: Phase }) {
  return (
    <div class="skeleton" role="status">
      <p class="loading">{phase.name === "starting" ? say("The project is starting…") : say("Opening…")}</p>
      <div class="skeleton-cell" />
      <div class="skeleton-cell skeleton-tall" />
      <div class="skeleton-cell" />
    </div>
  );
}
