/** What few pages need: the actions `export` and `snapshot`, and the events `submit` and `resize`. */
import type { Page } from "../state/page.ts";
import { EXPORT_FORMATS, FormatUnsupported } from "../state/shown.ts";
import { takeSnapshot } from "../state/snapshots.ts";
import { HttpError } from "../wire/http.ts";
import { demand, fileOf, OPENING_MS, oneOf, settled } from "./fields.ts";
import type { Parent } from "./parent.ts";
import { Refusal, type Request, reply } from "./protocol.ts";

export { tellSize } from "./sizing.ts";

const MOST_EXPORTED_BYTES = 20_000_000;

export async function exportFile(page: Page, request: Request): Promise<void> {
  const format = oneOf(request.fields, "format", EXPORT_FORMATS, "raw");
  const signal = AbortSignal.timeout(OPENING_MS);
  const opened = await fileOf(page, request.fields, signal);
  demand(opened, "export");
  const shown = await settled(page, opened.file, opened.file.shown, signal);
  const { filename, mime, data } = await shown.export(format).catch(refuseFormat);
  if (data.byteLength <= MOST_EXPORTED_BYTES) {
    return reply(request, { status: "done", ...opened.ref, filename, mime, data: data.slice().buffer });
  }
  if (format !== "raw") throw new Refusal("unsupported", "the file is too large to be converted");
  const { projectId, path } = opened.file;
  const url = await page.session.authorized((bearer) => page.hub.fileUrl(bearer, projectId, path));
  reply(request, { status: "done", ...opened.ref, filename, mime, url });
}

function refuseFormat(error: unknown): never {
  if (error instanceof FormatUnsupported) throw new Refusal("unsupported", error.message);
  throw error;
}

export async function snapshot(page: Page, request: Request): Promise<void> {
  const opened = await fileOf(page, request.fields, AbortSignal.timeout(OPENING_MS));
  demand(opened, "save");
  reply(request, { status: "ack" });
  const taken = await takeSnapshot(page, opened.document, opened.file.path, false).catch(refuseInItsWords);
  reply(request, { status: "done", ...taken });
}

/** Let people hand the file in. */
export async function offerSubmit(page: Page, parent: Parent | null, root: HTMLElement): Promise<void> {
  const { showSubmit } = await import("./submitting.tsx");
  showSubmit(page, root, (snapshot) => parent?.tell({ event: "submit", ...snapshot }));
}

/** The server says why it keeps no snapshot. */
function refuseInItsWords(error: unknown): never {
  if (!(error instanceof HttpError)) throw error;
  const code = error.status === 403 ? "forbidden" : error.status === 404 ? "not_found" : "internal";
  throw new Refusal(code, error.message);
}
