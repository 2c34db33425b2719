/** Markdown of a document, as untrusted as any other content of it. */
import "./markdown.css";
import type { VNode } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { OutputContext } from "../outputs/context.ts";
import { follow, readLink } from "../outputs/links.ts";
import { whenSafe } from "../outputs/sanitize.ts";
import { highlightFences } from "./fences.ts";
import { type Attachments, drawFormulas, findHeading, loadImages, toNodes } from "./nodes.ts";

export interface MarkdownProps {
  readonly source: string;
  /** As in nbformat: a MIME bundle for each name that `attachment:name` can stand for. */
  readonly attachments?: Attachments;
  readonly context: OutputContext;
}

const NO_ATTACHMENTS: Attachments = {};

export function Markdown({ source, attachments: given = {}, context }: MarkdownProps): VNode {
  const attachments = Object.keys(given).length === 0 ? NO_ATTACHMENTS : given; // one identity, so nothing is drawn twice
  const root = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = root.current;
    if (!element) return;
    const shown = new AbortController();
    draw(element, source, (nodes) => {
      if (shown.signal.aborted) return;
      element.replaceChildren(nodes);
      loadImages(element, attachments, context, shown.signal);
      void drawFormulas(element, context);
      void highlightFences(element);
    });
    element.addEventListener("click", (event) => followLink(event, context), { signal: shown.signal });
    return () => shown.abort();
  }, [source, attachments, context]);
  return <div class="markdown" ref={root} />;
}

/** At once, or when the purifier is there; without it the source is shown. */
function draw(element: HTMLElement, source: string, act: (nodes: DocumentFragment) => void): void {
  const drawn = whenSafe(toNodes(source), act);
  if (drawn instanceof Promise) drawn.catch(() => element.replaceChildren(source));
}

function followLink(event: MouseEvent, context: OutputContext): void {
  const anchor = event.target instanceof Element ? event.target.closest("a[href]") : null;
  if (!anchor) return;
  event.preventDefault();
  event.stopPropagation();
  const link = readLink(anchor.getAttribute("href") ?? "", context.document.path);
  if (link?.to === "anchor") findHeading(document, link.anchor)?.scrollIntoView({ block: "start" });
  else follow(link, context.reportBlocked);
}
