/** Snapshots of documents: what the server has is kept for good, so that it can be proved later. */
import { post, Unreachable } from "../wire/http.ts";
import { isObject, isString } from "../wire/json.ts";
import { BadReply } from "../wire/sessions.ts";
import type { Page } from "./page.ts";
import type { SharedDocument } from "./shared-document.ts";
import { until } from "./until.ts";

/** As parent pages are told of it. */
export interface Snapshot {
  readonly project_id: string;
  readonly path: string;
  readonly snapshot_id: string;
  readonly sha256: string;
}

const PATIENCE_MS = 10_000;

/**
 * Have the server keep a file as it is here, once it has all edits; `submit`: somebody hands it in.
 *
 * Rejects with `HttpError`, `Unreachable` or `BadReply`.
 */
export async function takeSnapshot(
  page: Page,
  document: SharedDocument,
  path: string,
  submit: boolean,
): Promise<Snapshot> {
  await until(document.unacknowledged, (count) => count === 0, AbortSignal.timeout(PATIENCE_MS)).catch((error) => {
    throw new Unreachable("the server has not got all edits yet", { cause: error });
  });
  const file = { project_id: document.projectId, path };
  const url = `${page.config.base}/api/v2/snapshots/make`;
  const request = (bearer: string) => post(url, { ...file, submit }, { credentials: { bearer } });
  const reply = await page.session.authorized(request);
  if (!isObject(reply)) throw new BadReply("no snapshot");
  const { snapshot_id, sha256 } = reply;
  if (!isString(snapshot_id) || !isString(sha256)) throw new BadReply("no snapshot");
  return { ...file, snapshot_id, sha256 };
}
