/** Calls to the hub over HTTP: JSON in, JSON out, and two ways to fail. */
import { isNumber, isObject, isString, parseJson } from "./json.ts";

/** The hub answered with an error (docs/live.md, "Sessions over HTTP"). */
export class HttpError extends Error {
  readonly status: number;
  readonly code: string;
  readonly retryAfterSeconds: number | null;

  constructor(status: number, code: string, message: string, retryAfterSeconds: number | null) {
    super(message);
    this.name = "HttpError";
    this.status = status;
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** No answer: no network, no hub, or something between that answers for it. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

export type Credentials = { readonly bearer: string } | { readonly cookies: true };

export interface Request {
  readonly credentials: Credentials;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

const DEADLINE_MS = 20_000;
const FILE_DEADLINE_MS = 200_000;

/** POST a JSON body; the reply is not yet checked. Rejects with `HttpError` or `Unreachable`. */
export async function post(url: string, body: object, request: Request): Promise<unknown> {
  return await readJson(sendPost(url, body, request), request.signal);
}

/** GET bytes. Rejects with `HttpError` or `Unreachable`. */
export async function get(url: string, request: Request): Promise<Response> {
  return await judge(send(url, { method: "GET" }, request, FILE_DEADLINE_MS), request.signal);
}

/** POST a JSON body, and judge nothing yet. */
export function sendPost(url: string, body: object, request: Request): Promise<Response> {
  const headers = { ...request.headers, "Content-Type": "application/json" };
  return send(url, { method: "POST", body: JSON.stringify(body) }, { ...request, headers }, DEADLINE_MS);
}

/** The JSON of a response that is under way. Rejects with `HttpError` or `Unreachable`. */
export async function readJson(sent: Promise<Response>, signal?: AbortSignal): Promise<unknown> {
  const response = await judge(sent, signal);
  return parseJson(await response.text());
}

function send(url: string, init: RequestInit, request: Request, deadlineMs: number): Promise<Response> {
  const { credentials, headers, signal } = request;
  const deadline = AbortSignal.timeout(deadlineMs);
  return fetch(url, {
    ...init,
    headers: { ...headers, ...("bearer" in credentials && { Authorization: `Bearer ${credentials.bearer}` }) },
    credentials: "cookies" in credentials ? "same-origin" : "omit",
    cache: "no-store",
    redirect: "error",
    referrerPolicy: "no-referrer",
    signal: signal ? AbortSignal.any([deadline, signal]) : deadline,
  });
}

async function judge(sent: Promise<Response>, signal?: AbortSignal): Promise<Response> {
  const response = await sent.catch((error: unknown) => {
    signal?.throwIfAborted();
    throw new Unreachable("the server cannot be reached", { cause: error });
  });
  if (response.ok) return response;
  if (response.status >= 502 && response.status <= 504) throw new Unreachable(`the server answers ${response.status}`);
  throw await errorOf(response);
}

async function errorOf(response: Response): Promise<HttpError> {
  const body = parseJson(await response.text().catch(() => ""));
  const fields = isObject(body) ? body : {};
  const retryAfter = Number(response.headers.get("Retry-After") ?? Number.NaN);
  return new HttpError(
    response.status,
    isString(fields.code) ? fields.code : "internal",
    isString(fields.error) ? fields.error : `the server answers ${response.status}`,
    isNumber(retryAfter) ? retryAfter : null,
  );
}
