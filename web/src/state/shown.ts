/** What the rest of the page may ask of a file that is shown in an editor. */
import type { Command } from "./notebook-command-names.ts";

/** Where to go in a file; the first that is given counts. */
export interface Target {
  readonly line?: number;
  readonly cell?: string;
  readonly anchor?: string;
  readonly page?: number;
}

export const EXPORT_FORMATS = ["raw", "ipynb", "py", "html", "md"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface Exported {
  readonly filename: string;
  readonly mime: string;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** A format that an editor does not make of its file. */
export class FormatUnsupported extends Error {
  override readonly name = "FormatUnsupported";
}

export interface Shown {
  focus(): void;
  reveal(target: Target): void;
  /** Height in px at which nothing scrolls; does not depend on that of the window. */
  naturalHeight(): number;
  /** Do what a command of notebooks says. */
  perform?: (command: Command) => void;
  /** Rejects with `FormatUnsupported`. */
  export(format: ExportFormat): Promise<Exported>;
}
