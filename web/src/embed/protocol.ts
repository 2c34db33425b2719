/** The messages between this frame and its parent page: shapes, codes and texts. */
import { isNumber, isString, type Unknowns } from "../wire/json.ts";

export const ACTIONS = [
  "open",
  "closeall",
  "status",
  "auth",
  "save",
  "run",
  "export",
  "snapshot",
  "theme",
  "resize",
  "focus",
] as const;
export type Action = (typeof ACTIONS)[number];

export const PROTOCOL = 1;

/** Who asked, and who gets the replies. */
export interface Peer {
  readonly window: Pick<Window, "postMessage">;
  readonly origin: string;
}

export interface Request {
  readonly action: Action;
  /** All fields of the message; not yet checked. */
  readonly fields: Unknowns;
  readonly peer: Peer;
}

export type Code =
  | "bad_message"
  | "unknown_action"
  | "bad_project"
  | "bad_path"
  | "not_found"
  | "not_a_file"
  | "unsupported"
  | "forbidden"
  | "readonly"
  | "auth"
  | "cancelled"
  | "timeout"
  | "busy"
  | "internal";

export interface Reply {
  readonly status: "ack" | "done" | "error";
  readonly [field: string]: unknown;
}

/** What ends a request with an error. */
export class Refusal extends Error {
  readonly code: Code;

  constructor(code: Code, message: string) {
    super(message);
    this.name = "Refusal";
    this.code = code;
  }
}

/** Post a message to exactly the page that it is for. */
export function post(peer: Peer, message: object, transfer: Transferable[] = []): void {
  peer.window.postMessage(message, { targetOrigin: peer.origin, transfer });
}

/** Reply to a request: its id, action and, if it names a file, that file are added. */
export function reply(request: Request, message: Reply, transfer: Transferable[] = []): void {
  post(request.peer, { ...echo(request), ...message }, transfer);
}

export function refuse(request: Request, refusal: Refusal): void {
  reply(request, { status: "error", mesg: refusal.message, code: refusal.code });
}

function echo({ action, fields }: Request): object {
  const file = action === "open" ? { path: fields.path, project_id: fields.project_id } : {};
  return { action, ...file, ...echoId(fields) };
}

/** The id of a message, if it has one that is echoed. */
export function echoId(fields: Unknowns): { readonly id?: string | number } {
  const { id } = fields;
  return (isString(id) && id.length <= 64) || isNumber(id) ? { id } : {};
}
