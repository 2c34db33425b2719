/** The address of a frame and the element that shows it. */

import type { EmbedOptions } from "./types.ts";

const SANDBOX =
  "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads allow-modals";

/** The kiosk address of the file, or of the banner that waits for one. */
export function addressOf(o: EmbedOptions, parentOrigin: string): string {
  const url = new URL(o.server);
  const base = url.pathname.replace(/\/$/, "");
  url.pathname = o.projectId && o.path ? `${base}/projects/${o.projectId}/files/${encodePath(o.path)}` : `${base}/app`;
  const query = url.searchParams;
  query.set("fullscreen", "kiosk");
  query.set("session", "");
  query.set("embed_origin", parentOrigin);
  if (o.theme) query.set("theme", o.theme);
  if (o.readonly) query.set("readonly", "1");
  if (o.submit) query.set("submit", "1");
  if (o.autoHeight) query.set("resize", "1");
  if (o.token && o.tokenInQuery) query.set("auth_token", o.token);
  if (o.token && !o.tokenInQuery) url.hash = `auth_token=${o.token}`;
  return url.href;
}

const encodePath = (path: string): string => path.split("/").map(encodeURIComponent).join("/");

/** An iframe without address: who listens first misses nothing. */
export function makeIframe(o: EmbedOptions): HTMLIFrameElement {
  const iframe = document.createElement("iframe");
  const sandbox = o.sandbox === undefined ? SANDBOX : o.sandbox;
  if (sandbox !== null) iframe.setAttribute("sandbox", sandbox);
  iframe.allow = o.allow ?? "clipboard-read; clipboard-write; fullscreen";
  iframe.referrerPolicy = "origin";
  iframe.title = o.title ?? "Notebook";
  if (o.loading === "lazy") iframe.loading = "lazy";
  iframe.style.cssText = "width:100%;height:100%;border:0";
  return iframe;
}

/** Put the iframe in its place and load it, at once or when the reader asks for it; `signal` takes it away again. */
export function show(iframe: HTMLIFrameElement, o: EmbedOptions, signal: AbortSignal): void {
  const target = typeof o.target === "string" ? document.querySelector(o.target) : o.target;
  if (!target) throw new TypeError(`there is no element ${String(o.target)}`);
  const load = (): void => {
    iframe.src = addressOf(o, location.origin);
    target.append(iframe);
  };
  signal.addEventListener("abort", () => iframe.remove());
  if (o.loading === "click") offer(`Load ${iframe.title}`, target, load, signal);
  else load();
}

function offer(text: string, target: Element, accept: () => void, signal: AbortSignal): void {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text;
  button.onclick = () => {
    button.remove();
    accept();
  };
  signal.addEventListener("abort", () => button.remove());
  target.append(button);
}
