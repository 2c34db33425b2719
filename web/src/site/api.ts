/** The hub's API as pages call it: signed in by the browser's cookie or a session's bearer, each reply checked. */
import { type Credentials, HttpError, post } from "../wire/http.ts";
import { isObject, isString } from "../wire/json.ts";
import type { Shape } from "../wire/shape.ts";

export { HttpError, Unreachable } from "../wire/http.ts";

export class Api {
  /** Of the endpoints, without a slash at its end. */
  readonly url: string;
  /** Told when a call fails because nobody is signed in any more. */
  onSignedOut: () => void = () => undefined;
  /** Carries a request out with what proves who calls. */
  authorized: <T>(request: (credentials: Credentials) => Promise<T>) => Promise<T> = (request) =>
    request({ cookies: true });

  /** `base` is the path below which the hub lives, without a slash at its end. */
  constructor(base: string) {
    this.url = `${base}/api/v2`;
  }

  /**
   * Call an endpoint by its path below `/api/v2`. Rejects with `HttpError`, `Unreachable` or `BadReply`.
   *
   * Some endpoints answer 200 to everything, and `{error}` when they fail; that rejects as well, with the status 200.
   */
  async call<T>(path: string, params: object, shape: Shape<T>, signal?: AbortSignal): Promise<T> {
    let reply: unknown;
    try {
      reply = await this.authorized((credentials) => post(`${this.url}${path}`, params, { credentials, signal }));
    } catch (error) {
      if (error instanceof HttpError && error.status === 401) this.onSignedOut();
      throw error;
    }
    if (isObject(reply) && isString(reply.error)) {
      if (reply.error.endsWith("must be signed in")) this.onSignedOut();
      throw new HttpError(200, "error", reply.error, null);
    }
    return shape(reply);
  }
}
