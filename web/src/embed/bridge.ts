/** Carries out the requests of the parent page, in the order of their arrival. */

import { THEME_CHOICES } from "../state/address.ts";
import { CallError } from "../state/document.ts";
import type { Page } from "../state/page.ts";
import { HttpError, Unreachable } from "../wire/http.ts";
import type { StatusFields } from "./boot.ts";
import { flag, oneOf, text } from "./fields.ts";
import { Opening, parseWish } from "./opening.ts";
import { PROTOCOL, Refusal, type Request, refuse, reply } from "./protocol.ts";
import { run } from "./running.ts";
import { closeAll, save } from "./saving.ts";

const TOKEN_LENGTH = 24;

/** What few pages need. */
export const loadRarely = () => import("./rarely.ts");

export class Bridge {
  readonly #page: Page;
  readonly #opening: Opening;
  /** What has to end before the next request is looked at. */
  #gate: Promise<void> = Promise.resolve();

  constructor(page: Page) {
    this.#page = page;
    this.#opening = new Opening(page);
  }

  /** Never throws and never rejects: what goes wrong is replied. */
  handle(request: Request): void {
    try {
      const carryOut = this.#prepare(request);
      const work = this.#gate.then(carryOut).catch((error) => refuse(request, refusalOf(error)));
      if (request.action === "closeall") this.#gate = work;
    } catch (error) {
      refuse(request, refusalOf(error));
    }
  }

  status(): StatusFields {
    const { connection, files, session } = this.#page;
    const ping = connection.ping.value;
    return {
      connection: {
        quality: connection.quality.value,
        status: connection.status.value,
        status_time: connection.statusTime.value,
        ...(ping !== undefined && { ping }),
      },
      open_files: files.open.value,
      ready: session.account.value !== null && connection.status.value === "connected",
      auth: session.state.value.name === "required" ? "required" : "ok",
      dirty: files.dirty.value,
      protocol: PROTOCOL,
    };
  }

  /** What is wrong with an `open` is said at once, whatever else is going on. */
  #prepare(request: Request): () => Promise<void> | void {
    if (request.action !== "open") return () => this.#carryOut(request);
    const wish = parseWish(request.fields);
    return () => this.#opening.open(request, wish);
  }

  #carryOut(request: Request): Promise<void> | void {
    const page = this.#page;
    switch (request.action) {
      case "status":
        return reply(request, { status: "done", ...this.status() });
      case "open":
        return;
      case "closeall":
        return closeAll(page, this.#opening, request);
      case "save":
        return this.#opening.entered.then(() => save(page, request));
      case "run":
        return this.#opening.entered.then(() => run(page, request));
      case "export":
      case "snapshot":
        return this.#opening.entered.then(async () => {
          const { exportFile, snapshot } = await loadRarely();
          await (request.action === "export" ? exportFile : snapshot)(page, request);
        });
      case "auth":
        return this.#signIn(request);
      case "theme":
        page.theme.choice.value = oneOf(request.fields, "theme", THEME_CHOICES);
        return reply(request, { status: "done" });
      case "resize":
        page.natural.value = flag(request.fields, "on", true);
        return reply(request, { status: "done" });
      case "focus":
        page.files.front.value?.shown.value?.focus();
        return reply(request, { status: "done" });
    }
  }

  async #signIn(request: Request): Promise<void> {
    const token = text(request.fields, "auth_token");
    if (token.length !== TOKEN_LENGTH)
      throw new Refusal("auth", `auth_token must be exactly ${TOKEN_LENGTH} characters long`);
    await this.#page.session.redeem(token).catch((error: unknown) => {
      throw error instanceof HttpError ? new Refusal("auth", error.message) : error;
    });
    reply(request, { status: "done" });
  }
}

const CALL_CODES = ["readonly", "forbidden", "not_found", "busy", "timeout", "unsupported"] as const;

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof CallError) {
    return new Refusal(CALL_CODES.find((code) => code === error.code) ?? "internal", error.message);
  }
  if (error instanceof DOMException && error.name === "TimeoutError") return new Refusal("timeout", "it took too long");
  if (error instanceof Unreachable) return new Refusal("timeout", error.message);
  console.warn("a request of the parent page failed", error);
  return new Refusal("internal", "something went wrong in the frame");
}
