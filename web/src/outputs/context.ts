/** What outputs and markdown need of the page around them, without knowing the editor that shows them. */
import type { ReadonlySignal } from "@preact/signals";
import type { LiveDocument } from "../state/document.ts";

/** What widgets need of a document. */
export type CommChannel = Pick<LiveDocument, "sendComm" | "onComm" | "call">;

/** An `EditorContext` and the document fit: `{ ...context, document }`. */
export interface OutputContext {
  readonly theme: ReadonlySignal<"light" | "dark">;
  /** The page grows with its content, so nothing scrolls unless it is asked to. */
  readonly natural: ReadonlySignal<boolean>;
  /** Address of the content of sandboxed frames. */
  readonly frameUrl: string;
  /** A link to another file of the project was followed; `path` is one in the home. */
  reportBlocked(path: string): void;
  /** Bytes of a file of the project, by its path in the home. */
  fetchFile(path: string, signal?: AbortSignal): Promise<Blob>;
  download(file: Download): void;
  readonly document: CommChannel & Pick<LiveDocument, "path">;
}

export interface Download {
  readonly filename: string;
  readonly mime: string;
  readonly data: Uint8Array<ArrayBuffer>;
}
