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

/** POST a JSON body; the reply is not yet checked. Rejects with `HttpError` or `Unreachable`. */
export async function post(url: string, body: object, request: Request): Promise<unknown> {
  const init = { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  const response = await reach(url, init, request, DEADLINE_MS);
  return parseJson(await response.text());
}

/** GET bytes. Rejects with `HttpError` or `Unreachable`. */
export async function get(url: string, request: Request): Promise<Response> {
  return await reach(url, { method: "GET", headers: {} }, request, 10 * DEADLINE_MS);
}

async function reach(
  url: string,
  init: { method: string; body?: string; headers: Record<string, string> },
  request: Request,
  deadlineMs: number,
): Promise<Response> {
  const deadline = AbortSignal.timeout(deadlineMs);
  const withCookies = "cookies" in request.credentials;
  let response: Response;
  try {
    response = await fetch(url, {
      ...init,
      headers: {
        ...init.headers,
        ...request.headers,
        ...("bearer" in request.credentials && { Authorization: `Bearer ${request.credentials.bearer}` }),
      },
      credentials: withCookies ? "same-origin" : "omit",
      cache: "no-store",
      redirect: "error",
      referrerPolicy: "no-referrer",
      signal: request.signal ? AbortSignal.any([deadline, request.signal]) : deadline,
    });
  } catch (error) {
    request.signal?.throwIfAborted();
    throw new Unreachable("the server cannot be reached", { cause: error });
  }
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
