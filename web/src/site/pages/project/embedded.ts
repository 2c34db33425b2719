/** A project in a frame of another site: who is signed in is a session of this document, as in a kiosk page. */
import { effect } from "@preact/signals";
import { keepEid } from "../../../embed/eid.ts";
import type { Page } from "../../../state/page.ts";
import { until } from "../../../state/until.ts";
import type { Api } from "../../api.ts";
import type { Embedded } from "../../site.ts";

/** Sign in with the token of the address, or resume; calls of the API use the bearer from now on. */
export function enterEmbedded(live: Page, { sign }: Embedded, api: Api): void {
  const { session } = live;
  live.start(sign?.token ?? null, sign?.sent);
  effect(() => keepEid(session.eid.value));
  api.authorized = async (request) => {
    await until(session.state, ({ name }) => name === "in");
    return await session.authorized((bearer) => request({ bearer }));
  };
}
