/**
 * The embed session of this page: who is signed in, and the bearer that proves it.
 *
 * The bearer lives in this object only. It is renewed at two thirds of its life; when the server refuses it, it is
 * refreshed, then resumed, and at last the parent page or the reader is asked for a new token.
 */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { Backoff, onHope, waitForHope } from "../wire/backoff.ts";
import { HttpError, Unreachable } from "../wire/http.ts";
import type { Hub, Wish } from "../wire/hub.ts";
import type { Renewed, Scope, SessionOpened } from "../wire/sessions.ts";
import { forgetResume, recallResume, storeResume } from "./resume.ts";
import { until } from "./until.ts";

/** Why a token is needed. */
export type Why = "missing" | "invalid" | "expired";

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly scope: Scope;
}

export type SessionState =
  | { readonly name: "starting" }
  | { readonly name: "in"; readonly account: Account }
  | { readonly name: "required"; readonly why: Why }
  | { readonly name: "refused"; readonly code: "forbidden" | "throttled"; readonly message: string };

const TICKET_LIFE_MS = 25_000;
const RENEW_AT = 2 / 3;

export class Session {
  readonly state: ReadonlySignal<SessionState>;
  readonly account: ReadonlySignal<Account | null>;
  /** Which resume entry belongs to this page; not secret. */
  readonly eid: ReadonlySignal<string | null>;
  readonly #state: Signal<SessionState> = signal({ name: "starting" });
  readonly #eid: Signal<string | null>;
  readonly #hub: Hub;
  readonly #wish: Wish;
  readonly #end = new AbortController();
  #bearer = "";
  #renewAt = Number.POSITIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ticket: { readonly text: string; readonly until: number } | null = null;
  #unjudged: string | null = null;
  /** The project for whose page the browser's sign-in counts; nothing of the session need be kept for a reload. */
  #entered: string | null = null;
  #renewing: Promise<void> | null = null;

  constructor(hub: Hub, wish: Wish, eid: string | null) {
    this.#hub = hub;
    this.#wish = wish;
    this.#eid = signal(eid);
    this.state = this.#state;
    this.eid = this.#eid;
    this.account = computed(() => (this.#state.value.name === "in" ? this.#state.value.account : null));
    onHope(() => this.#renewIfDue(), this.#end.signal);
  }

  /** Sign in with a token (`sent`: its redemption is under way already), else resume. */
  async start(token: string | null, sent?: Promise<Response>): Promise<void> {
    this.#unjudged = token;
    let underway = sent;
    await this.#persist(async () => {
      if (token === null) return await this.#resume("missing");
      const request = this.#hub.redeem(token, this.#wish, underway);
      underway = undefined;
      await this.#enterBy(request, "invalid");
    });
  }

  /** Sign in as whoever has signed in with this browser, for the page of a project. */
  async enter(projectId: string): Promise<void> {
    this.#entered = projectId;
    await this.start(null);
  }

  /** Try again: with the token if it was never judged, else by resuming. */
  async retry(): Promise<void> {
    this.#state.value = { name: "starting" };
    await this.start(this.#unjudged);
  }

  /** Sign in with another token. Rejects with `HttpError` or `Unreachable`, and then nothing has changed. */
  async redeem(token: string): Promise<void> {
    this.#enter(await this.#hub.redeem(token, this.#wish));
  }

  /** A ticket for a socket; waits until somebody is signed in. */
  async ticket(signal: AbortSignal): Promise<string> {
    await until(this.#state, (state) => state.name === "in", signal);
    const ready = this.#ticket;
    this.#ticket = null;
    if (ready !== null && ready.until > Date.now()) return ready.text;
    return await this.authorized((bearer) => this.#hub.ticket(bearer, signal));
  }

  /** Carry out a request with the bearer; one that is refused is made again after renewal. */
  async authorized<T>(request: (bearer: string) => Promise<T>): Promise<T> {
    try {
      return await request(this.#bearer);
    } catch (error) {
      if (!(error instanceof HttpError && error.status === 401)) throw error;
      await this.#renew();
      return await request(this.#bearer);
    }
  }

  /** The server no longer takes the bearer: renew it, else ask for a token. */
  async lapsed(): Promise<void> {
    await this.#persist(() => this.#renew());
  }

  /** The server will not have this account or session go on. */
  refuse(code: "forbidden" | "throttled", message: string): void {
    this.#leave({ name: "refused", code, message });
  }

  dispose(): void {
    this.#end.abort(new Error("the page is over"));
    clearTimeout(this.#timer);
  }

  async #resume(why: Why): Promise<void> {
    if (this.#entered !== null) return await this.#enterBy(this.#hub.enter(this.#entered), why);
    const eid = this.#eid.value;
    if (eid === null) return this.#require(why);
    await this.#enterBy(this.#hub.resume(eid, recallResume(eid)), why);
  }

  /** Enter, or turn a refusal into a state; what is no refusal is thrown again. */
  async #enterBy(request: Promise<SessionOpened>, why: Why): Promise<void> {
    try {
      this.#enter(await request);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      if (error.status === 403) this.refuse("forbidden", error.message);
      else if (error.status === 429) this.refuse("throttled", error.message);
      else this.#require(why);
    }
  }

  #require(why: Why): void {
    this.#unjudged = null;
    this.#leave({ name: "required", why });
  }

  #leave(state: SessionState): void {
    clearTimeout(this.#timer);
    this.#bearer = "";
    this.#ticket = null;
    this.#state.value = state;
  }

  #enter(opened: SessionOpened): void {
    const { eid, accountId: id, name, scope, resume, ticket } = opened;
    if (resume === null || this.#entered !== null) forgetResume(eid);
    else storeResume(eid, resume);
    this.#unjudged = null;
    this.#ticket = ticket === null ? null : { text: ticket, until: Date.now() + TICKET_LIFE_MS };
    this.#hold(opened);
    this.#eid.value = eid;
    const account = { id, name, scope };
    if (JSON.stringify(this.account.value) !== JSON.stringify(account)) this.#state.value = { name: "in", account };
  }

  #hold(renewed: Renewed): void {
    this.#bearer = renewed.bearer;
    const life = renewed.expiresInSeconds * 1000 * RENEW_AT;
    this.#renewAt = Date.now() + life;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#renewIfDue(), life);
  }

  #renewIfDue(): void {
    if (this.#bearer === "" || Date.now() < this.#renewAt) return;
    this.lapsed().catch(() => undefined); // it fails only when the page is over
  }

  /** Refresh, else resume, else ask for a token; those who want it at the same time share one attempt. */
  #renew(): Promise<void> {
    this.#renewing ??= this.#refresh().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #refresh(): Promise<void> {
    try {
      if (this.#bearer !== "") return this.#hold(await this.#hub.refresh(this.#bearer));
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
    }
    await this.#resume("expired");
  }

  /** Do it again until the server can be reached. */
  async #persist(attempt: () => Promise<void>): Promise<void> {
    const backoff = new Backoff();
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error;
        await waitForHope(backoff.next(), this.#end.signal);
      }
    }
  }
}
