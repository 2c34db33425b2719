/** The actions `save` and `closeall`: edits into files, in a bounded time. */
import { CallError } from "../state/document.ts";
import type { Page } from "../state/page.ts";
import { until } from "../state/until.ts";
import { isNumber, isObject } from "../wire/json.ts";
import { allFiles, connected, demand, fileOf, OPENING_MS, type Opened } from "./fields.ts";
import type { Opening } from "./opening.ts";
import { Refusal, type Request, reply } from "./protocol.ts";

const PATIENCE_MS = 10_000;

export async function save(page: Page, request: Request): Promise<void> {
  const { fields } = request;
  const files = fields.path === "*" ? allFiles(page) : [await fileOf(page, fields, AbortSignal.timeout(OPENING_MS))];
  for (const opened of files) demand(opened, "save");
  reply(request, { status: "ack" });
  const saved = await Promise.all(files.map(saveOne));
  reply(request, { status: "done", saved });
}

/** Close all files, after their edits have reached them; those that could not be saved stay open. */
export async function closeAll(page: Page, opening: Opening, request: Request): Promise<void> {
  await opening.cancel();
  const outcomes = await Promise.allSettled(allFiles(page).map(flushAndClose(page)));
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed) throw new Refusal("internal", `not all files could be saved: ${messageOf(failed.reason)}`);
  page.files.drop();
  reply(request, { status: "done", mesg: "all files are closed" });
}

function flushAndClose(page: Page): (opened: Opened) => Promise<void> {
  return async (opened) => {
    const { document, file } = opened;
    const canSave = document.may.value.has("save");
    if (document.dirty.value) await (canSave ? saveOne(opened) : arrived(opened));
    page.files.close(file);
  };
}

/** Wait until the agent has all edits, then have it write the file. */
async function saveOne(opened: Opened): Promise<object> {
  const signal = await arrived(opened);
  await connected(opened, signal);
  const result = await opened.document.call("save", { cause: "parent" }, signal);
  const { mtime, bytes } = isObject(result) ? result : {};
  return { ...opened.ref, ...(isNumber(mtime) && { mtime }), ...(isNumber(bytes) && { bytes }) };
}

async function arrived({ document }: Opened): Promise<AbortSignal> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  await until(document.unacknowledged, (count) => count === 0, signal);
  return signal;
}

function messageOf(error: unknown): string {
  if (error instanceof CallError) return error.message;
  return "the server did not answer in time";
}
