/** A file that is shown as it is stored: what the hub says of it, and its bytes. */
import { type Signal, signal } from "@preact/signals";
import type { OpenFile } from "../../state/open-file.ts";
import type { Page } from "../../state/page.ts";

/** Larger ones are not held in memory; the browser gets a signed address of them. */
const MOST_HELD_BYTES = 50_000_000;

export class StoredFile {
  readonly name: string;
  readonly mime: string;
  readonly sizeBytes: number;
  /** Why it could not be downloaded, last. */
  readonly problem: Signal<string | null> = signal(null);
  readonly #page: Page;
  readonly #file: OpenFile;

  private constructor(page: Page, file: OpenFile, response: Response) {
    this.#page = page;
    this.#file = file;
    this.name = file.path.split("/").at(-1) ?? file.path;
    this.mime = response.headers.get("Content-Type") ?? "application/octet-stream";
    this.sizeBytes = Number(response.headers.get("Content-Length"));
  }

  /** Ask for a file, and read none of it. Rejects with `HttpError` or `Unreachable`. */
  static async find(page: Page, file: OpenFile, signal: AbortSignal): Promise<StoredFile> {
    const response = await page.session.authorized((bearer) =>
      page.hub.file(bearer, file.projectId, file.path, signal),
    );
    await response.body?.cancel();
    return new StoredFile(page, file, response);
  }

  /** Its bytes, as `EditorContext.fetchFile` gives them. */
  async bytes(signal: AbortSignal): Promise<Blob> {
    const { projectId, path } = this.#file;
    const response = await this.#page.session.authorized((bearer) =>
      this.#page.hub.file(bearer, projectId, path, signal),
    );
    return await response.blob();
  }

  /** An address for elements of the page; one of the page's own is good until `signal` ends, a signed one for minutes. */
  async address(signal: AbortSignal): Promise<string> {
    if (this.sizeBytes > MOST_HELD_BYTES) return await this.#signed();
    const url = URL.createObjectURL(await this.bytes(signal));
    signal.addEventListener("abort", () => URL.revokeObjectURL(url));
    return url;
  }

  /** Have the browser save it, without holding it in memory. */
  async download(): Promise<void> {
    this.problem.value = null;
    try {
      const link = document.createElement("a");
      link.href = await this.#signed();
      link.download = this.name;
      link.click();
    } catch (error) {
      this.problem.value = error instanceof Error ? error.message : String(error);
    }
  }

  #signed(): Promise<string> {
    const { projectId, path } = this.#file;
    return this.#page.session.authorized((bearer) => this.#page.hub.fileUrl(bearer, projectId, path));
  }
}
