/** Reads the fields of requests; what is wrong ends the request with an error. */

import type { Right } from "../state/document.ts";
import type { OpenFile } from "../state/open-file.ts";
import type { Page } from "../state/page.ts";
import type { SharedDocument } from "../state/shared-document.ts";
import { until } from "../state/until.ts";
import { isNumber, isOneOf, isString, type Unknowns } from "../wire/json.ts";
import { Refusal } from "./protocol.ts";

/** A file that is open, with its document. */
export interface Opened {
  readonly file: OpenFile;
  readonly document: SharedDocument;
  /** As replies name it. */
  readonly ref: { readonly project_id: string; readonly path: string };
}

/** The open file that a request names, by default the one in front. */
export function fileOf(page: Page, fields: Unknowns): Opened {
  const file =
    isString(fields.project_id) && isString(fields.path)
      ? page.files.find(fields.project_id, fields.path)
      : page.files.front.value;
  const document = file?.document.value;
  if (!file || !document) throw new Refusal("not_found", "the file is not open");
  return { file, document, ref: { project_id: file.projectId, path: file.path } };
}

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
