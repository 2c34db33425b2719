/** Files that are no text: images, PDF, sound and films are shown, anything else can be downloaded. */
import "./viewers.css";
import type { ComponentType, VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { deferred } from "../../outputs/deferred.ts";
import { language } from "../../state/language.ts";
import type { OpenFile } from "../../state/open-file.ts";
import { said, say } from "../../state/say.ts";
import { Card } from "../card.tsx";
import { Bar } from "./bar.tsx";
import { ImageView } from "./image.tsx";
import { MediaView } from "./media.tsx";
import { sizeInWords } from "./sizes.ts";
import { type FileSource, StoredFile } from "./stored-file.ts";

const Loading = (): VNode => <p class="loading viewer-note">{say("Loading…")}</p>;

const PdfView = deferred(async () => (await import("./pdf.tsx")).PdfView, Loading);

/** Says which place of the file is to be shown. */
export type Aimed = Pick<OpenFile, "takeTarget">;

/** What a viewer works on. */
export interface ViewerProps {
  readonly stored: StoredFile;
  readonly file: Aimed;
  /** The browser cannot show it after all. */
  onUnknown(): void;
}

interface FileViewerProps {
  readonly source: FileSource;
  readonly file: Aimed;
  /** Why it is not shown in an editor. */
  readonly why: string;
}

type Found = StoredFile | { readonly problem: string } | null;

export function FileViewer({ source, file, why }: FileViewerProps): VNode {
  const [found, setFound] = useState<Found>(null);
  const [isUnknown, setUnknown] = useState(false);
  useEffect(() => {
    const end = new AbortController();
    StoredFile.find(source, end.signal).then(setFound, (error) => {
      if (!end.signal.aborted) setFound({ problem: error instanceof Error ? error.message : String(error) });
    });
    return () => end.abort();
  }, [source]);
  if (found === null) return <Loading />;
  if (!(found instanceof StoredFile)) return <p class="notice notice-bad">{said(found.problem)}</p>;
  const View = isUnknown ? null : viewOf(found.mime);
  return (
    <div class="viewer">
      {View === null ? (
        <Facts stored={found} why={why} />
      ) : (
        <View stored={found} file={file} onUnknown={() => setUnknown(true)} />
      )}
    </div>
  );
}

function viewOf(mime: string): ComponentType<ViewerProps> | null {
  if (mime === "application/pdf") return PdfView as ComponentType<ViewerProps>;
  if (/^image\/(?!svg)/.test(mime)) return ImageView;
  return /^(audio|video)\//.test(mime) ? MediaView : null;
}

/** All there is to say of a file that cannot be shown. */
function Facts({ stored, why }: { readonly stored: StoredFile; readonly why: string }): VNode {
  return (
    <>
      <Bar stored={stored} />
      <div class="viewer-area viewer-facts">
        <Card tone="plain" title={stored.name}>
          <p>{why}</p>
          <p>{say("This type of file cannot be shown here. Download it to open it with a program of yours.")}</p>
          <dl>
            <dt>{say("Type")}</dt>
            <dd>{stored.mime}</dd>
            <dt>{say("Size")}</dt>
            <dd>{sizeInWords(stored.sizeBytes, language.value)}</dd>
          </dl>
          <button type="button" class="primary" onClick={() => void stored.download()}>
            {say("Download")}
          </button>
        </Card>
      </div>
    </>
  );
}
