/** What outputs and markdown need of the page around them, without knowing the editor that shows them. */
import type { ReadonlySignal } from "@preact/signals";
import type { LiveDocument } from "../state/document.ts";

/** An `EditorContext` and the document fit: `{ ...context, document }`. */
export interface OutputContext {
  readonly theme: ReadonlySignal<"light" | "dark">;
  /** The page grows with its content: outputs have no scroll area of their own. */
  readonly natural: ReadonlySignal<boolean>;
  /** Address of the content of sandboxed frames. */
  readonly frameUrl: string;
  /** A link to another file of the project was followed; `path` is one in the home. */
  reportBlocked(path: string): void;
  /** Bytes of a file of the project, by its path in the home. */
  fetchFile(path: string, signal?: AbortSignal): Promise<Blob>;
  download(file: Download): void;
  readonly document: Pick<LiveDocument, "path" | "sendComm" | "onComm" | "call">;
}

export interface Download {
  readonly filename: string;
  readonly mime: string;
  readonly data: Uint8Array<ArrayBuffer>;
}
