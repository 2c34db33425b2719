/** Which origins may speak to this frame; the hub judges by the same rule (tests/vectors/parents.json). */
import type { ParentHost } from "../wire/config.ts";

const HOST = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/;
const DEV_HOSTS = ["localhost", "127.0.0.1"];

/** Whether a page of this origin is an allowed parent; `dev` also allows plain http on this machine. */
export function isAllowedParent(origin: string, parents: readonly ParentHost[], dev: boolean): boolean {
  const url = URL.canParse(origin) ? new URL(origin) : null;
  if (url === null || url.origin !== origin || !HOST.test(url.hostname)) return false;
  if (url.protocol === "http:") return dev && DEV_HOSTS.includes(url.hostname);
  if (url.protocol !== "https:") return false;
  const port = url.port === "" ? 443 : Number(url.port);
  return parents.some((parent) => parent.port === port && matches(url.hostname, parent));
}

function matches(host: string, parent: ParentHost): boolean {
  return host === parent.host || (parent.subdomains && host.endsWith(`.${parent.host}`));
}
