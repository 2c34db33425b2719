/** The action `run`. */

import { CallError, type Json } from "../state/document.ts";
import type { Page } from "../state/page.ts";
import type { SharedDocument } from "../state/shared-document.ts";
import { parseRunResult, type RunResult } from "../wire/events.ts";
import { isObject, isString, type JsonObject } from "../wire/json.ts";
import { connected, demand, fileOf, flag, oneOf, positive, text } from "./fields.ts";
import { Refusal, type Request, reply } from "./protocol.ts";

const RUN_MS = 600_000;

export async function run(page: Page, request: Request): Promise<void> {
  const { fields } = request;
  const what = oneOf(fields, "what", ["all", "cell"], "all");
  const cells: JsonObject = what === "cell" ? { what: "cells", cells: [text(fields, "cell")] } : { what };
  const params = { ...cells, stop_on_error: flag(fields, "stop_on_error", true) };
  const signal = AbortSignal.timeout(positive(fields, "timeout_ms", RUN_MS));
  const opened = await fileOf(page, fields, signal);
  demand(opened, "run");
  await connected(opened, signal);
  const started = await opened.document.call("run", params, signal);
  if (!isObject(started) || !isString(started.run_id)) throw new Refusal("internal", "the run did not begin");
  reply(request, { status: "ack" });
  const { ok, executed, failed, firstError } = await outcome(opened.document, started.run_id, signal);
  const first_error = firstError ?? undefined;
  reply(request, { status: "done", ok, executed, failed, ...(first_error && { first_error }) });
}

/** The result of a run; a connection that goes meanwhile does not end the run, so it is asked for again. */
async function outcome(document: SharedDocument, runId: string, signal: AbortSignal): Promise<RunResult> {
  for (;;) {
    await connected({ document }, signal);
    const result = await document.call("run.result", { run_id: runId }, signal).catch(isOffline);
    const parsed = isObject(result) ? parseRunResult({ ...result, run_id: runId }) : null;
    if (parsed !== null) return parsed;
    if (result !== null) throw new Refusal("internal", "the result of the run cannot be read");
  }
}

/** Null for a call that ended with its connection; other errors go on. */
function isOffline(error: unknown): Json {
  if (error instanceof CallError && error.code === "offline") return null;
  throw error;
}
