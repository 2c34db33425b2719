/** A file that is shown as it is stored: what the hub says of it, and its bytes. */
import { type Signal, signal } from "@preact/signals";
import type { OpenFile } from "../../state/open-file.ts";
import type { Page } from "../../state/page.ts";

/** Where a file's bytes come from. Both reject with `HttpError` or `Unreachable`. */
export interface FileSource {
  readonly path: string;
  fetch(signal: AbortSignal): Promise<Response>;
  /** An address that gives them to the browser. */
  address(): Promise<string>;
}

/** A file of a project that the page may open. */
export function projectFile({ session, hub }: Page, { projectId, path }: OpenFile): FileSource {
  return {
    path,
    fetch: (signal) => session.authorized((bearer) => hub.file(bearer, projectId, path, signal)),
    address: () => session.authorized((bearer) => hub.fileUrl(bearer, projectId, path)),
  };
}

/** Larger ones are not held in memory; the browser gets a signed address of them. */
const MOST_HELD_BYTES = 50_000_000;

export class StoredFile {
  readonly name: string;
  readonly mime: string;
  readonly sizeBytes: number;
  /** Why it could not be downloaded, last. */
  readonly problem: Signal<string | null> = signal(null);
  readonly #source: FileSource;

  private constructor(source: FileSource, response: Response) {
    this.#source = source;
    this.name = source.path.split("/").at(-1) ?? source.path;
    this.mime = response.headers.get("Content-Type") ?? "application/octet-stream";
    this.sizeBytes = Number(response.headers.get("Content-Length"));
  }

  /** Ask for a file, and read none of it. Rejects with `HttpError` or `Unreachable`. */
  static async find(source: FileSource, signal: AbortSignal): Promise<StoredFile> {
    const response = await source.fetch(signal);
    await response.body?.cancel();
    return new StoredFile(source, response);
  }

  /** Its bytes, as `EditorContext.fetchFile` gives them. */
  async bytes(signal: AbortSignal): Promise<Blob> {
    return await (await this.#source.fetch(signal)).blob();
  }

  /** An address for elements of the page; one of the page's own is good until `signal` ends, a signed one for minutes. */
  async address(signal: AbortSignal): Promise<string> {
    if (this.sizeBytes > MOST_HELD_BYTES) return await this.#source.address();
    const url = URL.createObjectURL(await this.bytes(signal));
    signal.addEventListener("abort", () => URL.revokeObjectURL(url));
    return url;
  }

  /** Have the browser save it, without holding it in memory. */
  async download(): Promise<void> {
    this.problem.value = null;
    try {
      const link = document.createElement("a");
      link.href = await this.#source.address();
      link.download = this.name;
      link.click();
    } catch (error) {
      this.problem.value = error instanceof Error ? error.message : String(error);
    }
  }
}
