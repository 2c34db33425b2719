/** Rows of the audit, as the hub tells them. */
import { flag, list, maybe, number, object, record, type Shaped, text } from "../wire/shape.ts";

const row = object({
  seq: number,
  time: number,
  procedure: text,
  outcome: text,
  account_id: maybe(text),
  impersonator_id: maybe(text),
  credential: maybe(text),
  target_account_id: maybe(text),
  target_project_id: maybe(text),
  ip: maybe(text),
});
export type AuditRow = Shaped<typeof row>;

/** The newest first; `more`: there are older ones. */
export const auditRows = object({ rows: list(row), names: record(text), more: flag });
export type AuditRows = Shaped<typeof auditRows>;
