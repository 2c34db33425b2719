/** Messages as they travel between the page and the frame, and what tells them apart. */

import type { FileRef } from "./types.ts";

export type Fields = Record<string, unknown>;

/** A message of the frame: a reply has a status, an event has a name. */
export interface Reply extends Fields {
  status: "ack" | "done" | "error";
}
export interface Notice extends Fields {
  event: string;
}

export const isReply = (data: unknown): data is Reply =>
  isObject(data) && (data.status === "ack" || data.status === "done" || data.status === "error");

export const isNotice = (data: unknown): data is Notice => isObject(data) && typeof data.event === "string";

const isObject = (data: unknown): data is Fields => typeof data === "object" && data !== null;

/** `{project_id: …}` to `{projectId: …}`, one level deep. */
export const toCamel = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );

export const fileFields = (file?: FileRef): Fields => (file ? { project_id: file.projectId, path: file.path } : {});
