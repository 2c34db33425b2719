/**
 * The first, inlined script of a page, before anything is fetched: takes the token out of the address, begins to redeem
 * it, and listens to the parent page. What must wait for the application waits in `window.carrelBoot`.
 */
import { type Boot, earlyStatus } from "../embed/boot.ts";
import { Inbox } from "../embed/inbox.ts";
import { reply } from "../embed/protocol.ts";
import { parseAddress, stripToken } from "../state/address.ts";
import { parseConfig } from "../wire/config.ts";
import { sendToken } from "../wire/hub.ts";

function start(): Boot {
  const config = parseConfig(document.getElementById("carrel-config")?.textContent ?? "");
  const { url, token, session } = stripToken(new URL(location.href));
  if (url.href !== location.href) history.replaceState(history.state, "", url);
  const address = parseAddress(url, config.base);
  if (address.theme !== "auto") document.documentElement.dataset.theme = address.theme;
  const isForBrowser = url.pathname === `${config.base}/auth/impersonate`;
  const since = Date.now();
  const isListening = address.kiosk && window.parent !== window;
  return {
    config,
    address,
    session,
    impersonates: isForBrowser ? token : null,
    sign: token === null || isForBrowser || isOpaque() ? null : { token, sent: sendToken(config.base, token, address) },
    inbox: isListening ? new Inbox(window, config) : null,
    early: [],
    handle: null,
    status: () => earlyStatus(since),
  };
}

/** Whether the page around sandboxes us so much that the hub would not know our requests for its own. */
function isOpaque(): boolean {
  return window.origin === "null";
}

function listen(boot: Boot): void {
  const { inbox } = boot;
  boot.sign?.sent.catch(() => undefined); // the application judges it
  if (inbox === null) return;
  window.addEventListener("message", (event: MessageEvent<unknown>) => {
    const request = inbox.receive(event);
    if (request === null) return;
    if (request.action === "status") reply(request, { status: "done", ...boot.status() });
    else if (boot.handle !== null) boot.handle(request);
    else boot.early.push(request);
  });
}

const boot = start();
window.carrelBoot = boot;
listen(boot);
