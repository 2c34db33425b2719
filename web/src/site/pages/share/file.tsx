/** A file that is shared, as its kind is shown: read here, as hostile as any, or drawn by a viewer. */
import type { VNode } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { OutputContext } from "../../../outputs/context.ts";
import { deferred } from "../../../outputs/deferred.ts";
import { inLanguage } from "../../../state/say.ts";
import type { FileSource } from "../../../views/viewers/stored-file.ts";
import { useSite } from "../../site.ts";
import { share as words } from "../../strings/share.ts";
import { inWords } from "../../ui/problems.ts";
import { Problem, Skeleton } from "../../ui/ui.tsx";
import { joined } from "../project/explorer/entries.ts";
import type { Here } from "../share.tsx";
import { sharedContext } from "./context.ts";

/** What the views of texts work on. */
export interface TextProps {
  readonly source: string;
  readonly context: OutputContext;
}

const Waiting = (): VNode => <Skeleton rows={8} />;
const SharedNotebook = deferred(async () => (await inLanguage(import("./notebook.tsx"))).SharedNotebook, Waiting);
const SharedText = deferred(async () => (await inLanguage(import("./text.tsx"))).SharedText, Waiting);
const FileViewer = deferred(
  async () => (await inLanguage(import("../../../views/viewers/viewer.tsx"))).FileViewer,
  Waiting,
);

const DRAWN = /\.(png|jpe?g|gif|webp|avif|bmp|ico|pdf|mp3|ogg|opus|wav|m4a|flac|mp4|webm|mov|ogv)$/i;
/** Texts longer than this are not shown. */
const MOST_BYTES = 5_000_000;
const MOST_NOTEBOOK_BYTES = 50_000_000;
const WITHOUT_TARGET = { takeTarget: () => ({}) };

type Read = { readonly text: string } | { readonly why: string } | { readonly problem: string } | null;

export function SharedFile(here: Here): VNode {
  const site = useSite();
  const { calls, seen, path } = here;
  const { share, file } = seen;
  const isNotebook = file.name.toLowerCase().endsWith(".ipynb");
  const isRead = !DRAWN.test(file.name) && file.size <= (isNotebook ? MOST_NOTEBOOK_BYTES : MOST_BYTES);
  const [read, setRead] = useState<Read>(null);
  const context = useMemo(() => sharedContext(site, here), [site, seen]);
  const source = useMemo<FileSource>(
    () => ({
      path: joined(share.path, path),
      fetch: (signal) => calls.fetch(share.id, path, signal),
      address: async () => calls.address(share.id, "raw", path),
    }),
    [calls, share.id, path],
  );
  useEffect(() => {
    const end = new AbortController();
    setRead(null);
    if (isRead) {
      textOf(source, end.signal).then(
        (found) => end.signal.aborted || setRead(found),
        (error) => end.signal.aborted || setRead({ problem: inWords(error) }),
      );
    }
    return () => end.abort();
  }, [source, isRead]);
  if (isRead && read === null) return <Waiting />;
  if (read !== null && "problem" in read) return <Problem text={read.problem} />;
  if (read !== null && "text" in read) {
    const View = isNotebook ? SharedNotebook : SharedText;
    return <View source={read.text} context={context} />;
  }
  return (
    <div class="share-viewer">
      <FileViewer source={source} file={WITHOUT_TARGET} why={read?.why ?? words.tooLarge()} />
    </div>
  );
}

async function textOf(source: FileSource, signal: AbortSignal): Promise<Read> {
  const bytes = await (await source.fetch(signal)).arrayBuffer();
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") ? { why: words.notText() } : { text };
  } catch {
    return { why: words.notText() };
  }
}
