/** The editors and how one is found: the seam between the shell and what shows a file. */
import type { ReadonlySignal } from "@preact/signals";
import type { DocumentKind, LiveDocument } from "../state/document.ts";
import type { Exported, Shown } from "../state/shown.ts";

export { EXPORT_FORMATS, type Exported, type ExportFormat, FormatUnsupported, type Target } from "../state/shown.ts";

/** A file that is shown. The methods of `Shown` work from `mount` to `dispose`. */
export interface Editor extends Shown {
  /** Show it in an empty element, without taking the focus. */
  mount(element: HTMLElement): void;
  dispose(): void;
}

/** What an editor gets from the page around it. */
export interface EditorContext {
  readonly kiosk: boolean;
  readonly theme: ReadonlySignal<"light" | "dark">;
  /** The page grows with its content: no scroll area of one's own, nothing as high as the window. */
  readonly natural: ReadonlySignal<boolean>;
  /** Address of the content of sandboxed frames. */
  readonly frameUrl: string;
  /** Something wanted to leave the file for another one: a short notice, and an event to the parent page. */
  reportBlocked(path: string): void;
  /** Bytes of another file of the project, by its path in the home. */
  fetchFile(path: string, signal?: AbortSignal): Promise<Blob>;
  /** Have the browser save something as a file. */
  download(file: Exported): void;
}

export type MakeEditor = (document: LiveDocument, context: EditorContext) => Editor;

export interface EditorKind {
  matches(kind: DocumentKind, path: string): boolean;
  load(): Promise<MakeEditor>;
}

/** Tried in this order. */
export const EDITOR_KINDS: readonly EditorKind[] = [
  {
    matches: (kind) => kind === "notebook",
    load: async () => (await import("./notebook/editor.tsx")).makeNotebookEditor,
  },
  { matches: (kind) => kind === "text", load: async () => (await import("./text/editor.tsx")).makeTextEditor },
  {
    matches: (kind) => kind === "terminal",
    load: async () => (await import("./terminal/editor.tsx")).makeTerminalEditor,
  },
];

/** The editor for a file, or null if there is none. */
export function findEditor(kind: DocumentKind, path: string): EditorKind | null {
  return EDITOR_KINDS.find((candidate) => candidate.matches(kind, path)) ?? null;
}
