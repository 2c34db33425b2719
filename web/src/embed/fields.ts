/** Reads the fields of requests; what is wrong ends the request with an error. */

import { computed, type ReadonlySignal } from "@preact/signals";
import type { Right } from "../state/document.ts";
import type { OpenFile } from "../state/open-file.ts";
import type { Page } from "../state/page.ts";
import type { SharedDocument } from "../state/shared-document.ts";
import { until } from "../state/until.ts";
import { isNumber, isOneOf, isString, type Unknowns } from "../wire/json.ts";
import { type Code, Refusal } from "./protocol.ts";

/** How long opening a file may take. */
export const OPENING_MS = 120_000;
const CODES: ReadonlySet<string> = new Set<Code>([
  "not_found",
  "not_a_file",
  "bad_path",
  "unsupported",
  "readonly",
  "busy",
]);

/** A file that is open, with its document. */
export interface Opened {
  readonly file: OpenFile;
  readonly document: SharedDocument;
  /** As replies name it. */
  readonly ref: { readonly project_id: string; readonly path: string };
}

/** The file that a request names, by default the one in front; one that is being opened is waited for. */
export async function fileOf(page: Page, fields: Unknowns, signal: AbortSignal): Promise<Opened> {
  const { project_id: projectId, path } = fields;
  const file = isString(projectId) && isString(path) ? page.files.find(projectId, path) : page.files.front.value;
  if (file === null) throw new Refusal("not_found", "the file is not open");
  const document = await settled(page, file, file.document, signal);
  return { file, document, ref: { project_id: file.projectId, path: file.path } };
}

/** What `arriving` has as soon as it has something; rejects when opening the file has failed, or it was closed. */
export async function settled<T>(
  page: Page,
  file: OpenFile,
  arriving: ReadonlySignal<T | null>,
  signal: AbortSignal,
): Promise<T> {
  const now = computed(() => ({
    phase: file.phase.value,
    isOpen: page.files.all.value.includes(file),
    arrived: arriving.value,
  }));
  const { phase, arrived } = await until(
    now,
    (one) => one.arrived !== null || one.phase.name === "failed" || !one.isOpen,
    signal,
  );
  if (phase.name === "failed") throw failure(file, phase.code, phase.message);
  if (arrived === null) throw new Refusal("cancelled", "the file was closed meanwhile");
  return arrived;
}

function failure(file: OpenFile, code: string, message: string): Refusal {
  if (code === "forbidden" || code === "bad_project") return noAccess(file.projectId);
  if (code === "bye") return new Refusal("cancelled", "the file was closed meanwhile");
  return new Refusal(CODES.has(code) ? (code as Code) : "internal", message || "the file could not be opened");
}

export const noAccess = (projectId: string): Refusal =>
  new Refusal("forbidden", `problem opening project ${projectId}`);

/** All open files that have a document. */
export function allFiles(page: Page): Opened[] {
  return page.files.all.value.flatMap((file) => {
    const document = file.document.value;
    return document ? [{ file, document, ref: { project_id: file.projectId, path: file.path } }] : [];
  });
}

/** Resolves when the agent can be asked; rejects when the file is closed meanwhile, or aborted. */
export async function connected({ document }: Pick<Opened, "document">, signal: AbortSignal): Promise<void> {
  const status = await until(document.status, (now) => now === "live" || now === "closed", signal);
  if (status === "closed") throw new Refusal("cancelled", "the file was closed meanwhile");
}

/** Refuse what the session may not do with a document. */
export function demand({ document }: Opened, right: Right): void {
  if (document.may.value.has(right)) return;
  if (document.readonly.value) throw new Refusal("readonly", "the file is read-only here");
  throw new Refusal("forbidden", `this session may not ${right}`);
}

export function oneOf<T extends string>(fields: Unknowns, name: string, choices: readonly T[], otherwise?: T): T {
  const value = fields[name] ?? otherwise;
  if (isOneOf(value, choices)) return value;
  throw new Refusal("bad_message", `${name} must be one of ${choices.join(", ")}`);
}

export function text(fields: Unknowns, name: string): string {
  const value = fields[name];
  if (isString(value)) return value;
  throw new Refusal("bad_message", `${name} must be a string`);
}

export function flag(fields: Unknowns, name: string, otherwise: boolean): boolean {
  const value = fields[name] ?? otherwise;
  if (typeof value === "boolean") return value;
  throw new Refusal("bad_message", `${name} must be true or false`);
}

export function positive(fields: Unknowns, name: string, otherwise: number): number {
  const value = fields[name] ?? otherwise;
  if (isNumber(value) && value > 0) return value;
  throw new Refusal("bad_message", `${name} must be a positive number`);
}
