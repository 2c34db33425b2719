/** Replies of the calls that begin and renew an embed session, and their guards. */
import { isNumber, isObject, isString, isStrings } from "./json.ts";

/** What a scoped token restricts a session to; null where it does not. */
export interface Scope {
  readonly projectId: string | null;
  readonly paths: readonly string[] | null;
  readonly readonly: boolean;
  readonly allow: readonly string[] | null;
  /** Pages of other origins are not listened to. */
  readonly origins: readonly string[] | null;
}

export interface Renewed {
  readonly bearer: string;
  readonly expiresInSeconds: number;
}

export interface SessionOpened extends Renewed {
  readonly eid: string;
  readonly accountId: string;
  readonly name: string;
  readonly scope: Scope;
  readonly resume: string | null;
  readonly ticket: string | null;
}

/** A reply is not what it should be: the hub is another version, or something between answers for it. */
export class BadReply extends Error {
  override readonly name = "BadReply";
}

export function parseRenewed(value: unknown): Renewed {
  if (!isObject(value) || !isString(value.bearer) || !isNumber(value.expires_in)) throw new BadReply("no bearer");
  return { bearer: value.bearer, expiresInSeconds: value.expires_in };
}

export function parseSessionOpened(value: unknown): SessionOpened {
  const renewed = parseRenewed(value);
  if (!isObject(value) || !isString(value.eid) || !isString(value.account_id)) throw new BadReply("no session");
  return {
    ...renewed,
    eid: value.eid,
    accountId: value.account_id,
    name: isString(value.name) ? value.name : "",
    scope: parseScope(value.scope),
    resume: isString(value.resume) ? value.resume : null,
    ticket: isString(value.ws_ticket) ? value.ws_ticket : null,
  };
}

function parseScope(value: unknown): Scope {
  const scope = isObject(value) ? value : {};
  return {
    projectId: isString(scope.project_id) ? scope.project_id : null,
    paths: isStrings(scope.paths) ? scope.paths : null,
    readonly: scope.readonly === true,
    allow: isStrings(scope.allow) ? scope.allow : null,
    origins: isStrings(scope.origins) ? scope.origins : null,
  };
}

export function parseTicket(value: unknown): string {
  if (!isObject(value) || !isString(value.ticket)) throw new BadReply("no ticket");
  return value.ticket;
}
