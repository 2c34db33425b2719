/** Where the links of untrusted content may lead: to the web, to a file of the project, or to a place in the page. */

export type Link =
  | { readonly to: "web"; readonly url: string }
  | { readonly to: "file"; readonly path: string; readonly anchor: string }
  | { readonly to: "anchor"; readonly anchor: string };

const WEB = new Set(["http:", "https:", "mailto:"]);
const ANYWHERE = "https://nowhere.invalid";

/** The target of `href` in a document at `documentPath`; `null` if it must not be followed. */
export function readLink(href: string, documentPath: string): Link | null {
  const home = new URL(encodePath(documentPath), `${ANYWHERE}/`);
  const url = URL.parse(href, home);
  if (!url) return null;
  if (url.origin !== ANYWHERE) return WEB.has(url.protocol) ? { to: "web", url: url.href } : null;
  const anchor = decode(url.hash.slice(1));
  if (href.trimStart().startsWith("#")) return { to: "anchor", anchor };
  return { to: "file", path: url.pathname.slice(1).split("/").map(decode).join("/"), anchor };
}

/** The path in the home that a relative address in a document means; `null` if it is none. */
export function filePath(href: string, documentPath: string): string | null {
  const link = readLink(href, documentPath);
  return link?.to === "file" ? link.path : null;
}

/** Follows a link that the account has clicked on; one to this server leads out of the editor, and is told as blocked. */
export function follow(link: Link | null, blocked: (path: string) => void): void {
  if (link?.to === "file") blocked(link.path);
  if (link?.to !== "web") return;
  const { origin, pathname } = new URL(link.url);
  if (origin === location.origin) blocked(pathname);
  else window.open(link.url, "_blank", "noopener,noreferrer");
}

function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

/** `%20` and the like as what they stand for; a text that is no such encoding as it is. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
