/** Markdown of a document, as untrusted as any other content of it. */
import "./markdown.css";
import type { VNode } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { OutputContext } from "../outputs/context.ts";
import { follow, readLink } from "../outputs/links.ts";
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
    element.replaceChildren(toNodes(source));
    loadImages(element, attachments, context, shown.signal);
    void drawFormulas(element, context);
    void highlightFences(element);
    element.addEventListener("click", (event) => followLink(event, context), { signal: shown.signal });
    return () => shown.abort();
  }, [source, attachments, context]);
  return <div class="markdown" ref={root} />;
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
