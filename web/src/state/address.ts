/** The page's address, read once: what it is about and how it is to look (embedding: routes, query, fragment). */
import type { Target } from "./shown.ts";

export type ThemeChoice = "light" | "dark" | "auto";
export const THEME_CHOICES: readonly ThemeChoice[] = ["light", "dark", "auto"];

export interface Address {
  readonly kiosk: boolean;
  readonly fullscreen: string;
  /** The file that the address names, if any. */
  readonly projectId: string | null;
  readonly path: string | null;
  /** It names something that no file can be. */
  readonly isWrong: boolean;
  readonly target: Target;
  readonly theme: ThemeChoice;
  readonly readonly: boolean;
  readonly resize: "off" | "on" | "lti";
  /** Whether the file can be handed in. */
  readonly submit: boolean;
  readonly embedOrigin: string | null;
  readonly eid: string | null;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const FILE = /^\/projects\/([^/]+)\/files\/(.+)$/;
const PROJECT = /^\/projects\/([^/]+)/;

export function isProjectId(value: string): boolean {
  return UUID.test(value);
}

export function parseAddress(url: URL, base: string): Address {
  const query = url.searchParams;
  const pathname = url.pathname.startsWith(base) ? url.pathname.slice(base.length) : url.pathname;
  const file = parseFile(pathname);
  const fullscreen = query.get("fullscreen") ?? "";
  const theme = query.get("theme") ?? "";
  const resize = query.get("resize");
  return {
    kiosk: fullscreen === "kiosk",
    fullscreen,
    projectId: file?.projectId ?? null,
    path: file?.path ?? null,
    isWrong: file === null && isWrong(pathname),
    target: parseFragment(url.hash),
    theme: THEME_CHOICES.find((choice) => choice === theme) ?? "auto",
    readonly: query.get("readonly") === "1",
    resize: resize === "lti" ? "lti" : resize === "1" ? "on" : "off",
    submit: query.get("submit") === "1",
    embedOrigin: query.get("embed_origin"),
    eid: query.get("eid"),
  };
}

function parseFile(pathname: string): { projectId: string; path: string } | null {
  const [, projectId, encoded] = FILE.exec(pathname) ?? [];
  if (projectId === undefined || encoded === undefined || !isProjectId(projectId) || encoded.endsWith("/")) return null;
  try {
    const path = normalisePath(encoded.split("/").map(decodeURIComponent).join("/"));
    return path === null ? null : { projectId, path };
  } catch {
    return null; // not percent-encoded as it should be
  }
}

/** Whether a path that names no file is neither a listing nor another page, but a mistake. */
function isWrong(pathname: string): boolean {
  const projectId = PROJECT.exec(pathname)?.[1];
  return (projectId !== undefined && !isProjectId(projectId)) || (FILE.test(pathname) && !pathname.endsWith("/"));
}

/** A path in a project's home without empty and dot segments; null if it leaves the home or cannot be a path. */
export function normalisePath(path: string): string | null {
  if (path.startsWith("/") || path.includes("\0")) return null;
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") {
      if (segments.pop() === undefined) return null;
    } else if (segment !== "" && segment !== ".") segments.push(segment);
  }
  return segments.length === 0 ? null : segments.join("/");
}

/**
 * `#text` names an anchor, `#line=3&id=cell&page=2` say where to go; pairs without exactly one `=` are skipped.
 *
 * What else the contract knows, `chat`, leads nowhere: no file that we show has messages.
 */
export function parseFragment(hash: string): Target {
  const text = hash.replace(/^#/, "");
  if (text === "") return {};
  if (!text.includes("=")) return { anchor: decode(text) };
  const pairs = text.split("&").map((pair) => pair.split("=").map(decode));
  const fields = new Map(pairs.flatMap(([key, value, ...rest]) => (value && !rest.length ? [[key, value]] : [])));
  const [line, page] = [countOf(fields.get("line")), countOf(fields.get("page"))];
  const id = fields.get("id");
  return { ...(line && { line }), ...(page && { page }), ...(id !== undefined && { cell: id, anchor: id }) };
}

function countOf(text: string | undefined): number | null {
  const count = Number(text ?? Number.NaN);
  return Number.isInteger(count) && count > 0 ? count : null;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

interface Stripped {
  readonly url: URL;
  readonly token: string | null;
  readonly session: string | null;
}

/** What an address is without its auth token, the name of its session and a `fullscreen` that means nothing, and these. */
export function stripToken(url: URL): Stripped {
  const clean = new URL(url);
  const pairs = clean.hash.replace(/^#/, "").split("&");
  const isToken = (pair: string): boolean => pair.startsWith("auth_token=");
  const fromFragment = pairs.find(isToken)?.slice("auth_token=".length);
  const fromQuery = clean.searchParams.get("auth_token");
  if (fromFragment !== undefined) clean.hash = pairs.filter((pair) => !isToken(pair)).join("&");
  if (fromQuery !== null) clean.searchParams.delete("auth_token");
  const session = clean.searchParams.get("session");
  if (session !== null) clean.searchParams.delete("session");
  if (clean.searchParams.get("fullscreen") === "default") clean.searchParams.delete("fullscreen");
  return { url: clean, token: fromFragment === undefined ? fromQuery : decode(fromFragment), session };
}
