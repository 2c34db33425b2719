/** The hub's calls over HTTP (docs/live.md, "Sessions over HTTP"), each checked. */
import { get, post, readJson, sendPost } from "./http.ts";
import { isObject, isString } from "./json.ts";
import {
  BadReply,
  parseRenewed,
  parseSessionOpened,
  parseTicket,
  type Renewed,
  type SessionOpened,
} from "./sessions.ts";

/** What a page is for, as it tells the hub when it signs in. */
export interface Wish {
  readonly fullscreen: string;
  readonly projectId: string | null;
  readonly path: string | null;
  /** It only looks: the session may then do no more. */
  readonly readonly: boolean;
}

/** All methods reject with `HttpError`, `Unreachable` or `BadReply`. */
export class Hub {
  readonly #base: string;

  /** `base` is the path below which the hub lives, without a slash at its end. */
  constructor(base: string) {
    this.#base = base;
  }

  /** `sent`: the redemption is under way already. */
  async redeem(token: string, wish: Wish, sent = sendToken(this.#base, token, wish)): Promise<SessionOpened> {
    return parseSessionOpened(await readJson(sent));
  }

  async resume(eid: string, secret: string | null): Promise<SessionOpened> {
    const body = { eid, ...(secret !== null && { secret }) };
    const headers = { "X-Carrel-Resume": "1" };
    return parseSessionOpened(await post(this.#url("resume"), body, { credentials: { cookies: true }, headers }));
  }

  /** A session for a project's page, of somebody who has signed in with this browser. */
  async enter(projectId: string): Promise<SessionOpened> {
    const url = `${this.#base}/api/v2/auth/page-session`;
    return parseSessionOpened(await post(url, { project_id: projectId }, { credentials: { cookies: true } }));
  }

  async refresh(bearer: string): Promise<Renewed> {
    return parseRenewed(await post(this.#url("refresh"), {}, { credentials: { bearer } }));
  }

  async ticket(bearer: string, signal: AbortSignal): Promise<string> {
    return parseTicket(await post(this.#url("ws-ticket"), {}, { credentials: { bearer }, signal }));
  }

  /** Address of a file's bytes that needs no bearer, good for some minutes. */
  async fileUrl(bearer: string, projectId: string, path: string): Promise<string> {
    const reply = await post(this.#url("file-url"), { project_id: projectId, path }, { credentials: { bearer } });
    if (!isObject(reply) || !isString(reply.url)) throw new BadReply("no address of a file");
    return new URL(reply.url, location.href).href;
  }

  async file(bearer: string, projectId: string, path: string, signal?: AbortSignal): Promise<Response> {
    const segments = [projectId, ...path.split("/")].map(encodeURIComponent).join("/");
    return await get(`${this.#base}/api/v2/files/${segments}`, { credentials: { bearer }, signal });
  }

  /** Address of the live channel. */
  get live(): string {
    const url = new URL(`${this.#base}/api/v2/live`, location.href);
    url.protocol = url.protocol === "http:" ? "ws:" : "wss:";
    return url.href;
  }

  #url(call: string): string {
    return `${this.#base}/api/v2/embed/${call}`;
  }
}

/** Begin to redeem a token; the page's first script does so before anything else is loaded. */
export function sendToken(
  base: string,
  token: string,
  { fullscreen, projectId, path, readonly }: Wish,
): Promise<Response> {
  const file = { ...(projectId !== null && { project_id: projectId }), ...(path !== null && { path }) };
  const body = { auth_token: token, fullscreen, ...file, ...(readonly && { readonly }) };
  return sendPost(`${base}/api/v2/embed/session`, body, { credentials: { cookies: true } });
}
