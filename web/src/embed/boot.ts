/** What the page's first script prepares and the application takes over. */
import type { Address } from "../state/address.ts";
import type { Config } from "../wire/config.ts";
import type { Inbox } from "./inbox.ts";
import { PROTOCOL, type Request } from "./protocol.ts";

export interface Boot {
  readonly config: Config;
  readonly address: Address;
  /** The session whose tabs the address asks for; empty: none, null: it says nothing. */
  readonly session: string | null;
  /** The token of the address, and its redemption that is under way; the application takes them once. */
  sign: { readonly token: string; readonly sent: Promise<Response> } | null;
  /** The token of a link with which the whole browser is to be signed in, and not this page alone. */
  readonly impersonates: string | null;
  /** Null unless this is a framed kiosk page: nobody else is listened to. */
  readonly inbox: Inbox | null;
  /** Requests that came before the application. */
  readonly early: Request[];
  /** Who handles requests from now on. */
  handle: ((request: Request) => void) | null;
  /** What `status` is answered with. */
  status(): StatusFields;
}

export interface StatusFields {
  readonly connection: {
    readonly quality: string;
    readonly status: string;
    readonly status_time: number;
    readonly ping?: number;
  };
  readonly open_files: Readonly<Record<string, readonly string[]>>;
  readonly ready: boolean;
  readonly auth: "ok" | "required";
  readonly dirty: Readonly<Record<string, readonly string[]>>;
  readonly protocol: number;
}

/** What can be said before the application runs. */
export function earlyStatus(since: number): StatusFields {
  const connection = { quality: "bad", status: "connecting", status_time: since };
  return { connection, open_files: {}, ready: false, auth: "ok", dirty: {}, protocol: PROTOCOL };
}

declare global {
  interface Window {
    carrelBoot?: Boot;
  }
}
