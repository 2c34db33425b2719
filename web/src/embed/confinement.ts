/** Keeps a kiosk page at its file: where links, forms and dropped things may lead. */
import type { Target } from "../state/shown.ts";

export interface Confines {
  readonly kiosk: boolean;
  /** Something wanted to leave for a path of this server. */
  block(path: string): void;
  /** A link into the file itself. */
  reveal(target: Target): void;
}

type Link = HTMLAnchorElement | HTMLAreaElement;

/** Links of ours that lead out of the kiosk on purpose, into another tab. */
export const LEAVES = "data-leaves";

/** Watch over what happens in the document; what an element has dealt with itself is left alone. */
export function confine(document: Document, confines: Confines): () => void {
  const end = new AbortController();
  const { signal } = end;
  const follow = (event: MouseEvent): void => {
    const link = event.defaultPrevented ? null : linkOf(event.target);
    if (link !== null && !mayFollow(link, confines)) event.preventDefault();
  };
  const keep = (event: Event): void => {
    if (!event.defaultPrevented && !isEditable(event.target)) event.preventDefault();
  };
  document.addEventListener("click", follow, { signal });
  document.addEventListener("auxclick", follow, { signal });
  document.addEventListener("submit", (event) => event.preventDefault(), { signal });
  for (const name of ["dragover", "drop"]) document.addEventListener(name, keep, { signal });
  return () => end.abort();
}

function linkOf(target: EventTarget | null): Link | null {
  return target instanceof Element ? target.closest<Link>("a[href], area[href]") : null;
}

/** Whether the browser may follow a link; other sites get a window of their own that knows nothing of us. */
function mayFollow(link: Link, confines: Confines): boolean {
  const url = URL.canParse(link.href) ? new URL(link.href) : null;
  if (url === null) return false;
  if (url.protocol === "blob:") return link.hasAttribute("download");
  if (url.origin === location.origin && !link.hasAttribute(LEAVES)) return stayOrGo(url, confines);
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  return ["http:", "https:", "mailto:", "tel:"].includes(url.protocol);
}

function stayOrGo(url: URL, confines: Confines): boolean {
  const isHere = url.hash !== "" && url.pathname === location.pathname && url.search === location.search;
  if (isHere) confines.reveal({ anchor: url.hash.slice(1) });
  else if (confines.kiosk) confines.block(url.pathname);
  return !isHere && !confines.kiosk;
}

function isEditable(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA"].includes(target.tagName));
}
