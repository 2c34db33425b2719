/** The previews of text files; they follow what is written, as soon as there is a pause. */
import "./previews.css";
import { type Signal, useSignalEffect } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type * as Y from "yjs";
import { Markdown } from "../../markdown/markdown.tsx";
import { findHeading } from "../../markdown/nodes.ts";
import type { OutputContext } from "../../outputs/context.ts";
import { Framed } from "../../outputs/framed.tsx";
import { JsonTree } from "../../outputs/json-tree.tsx";
import { say } from "../../state/say.ts";
import { Rows, separatorOf } from "../table/rows.ts";
import { Table } from "../table/table.tsx";
import type { PreviewKind } from "./preview.ts";

/** How long a pause is, in ms, for texts up to so many characters. */
const PAUSES = [
  { upTo: 50_000, ms: 100 },
  { upTo: 1_000_000, ms: 400 },
  { upTo: Number.POSITIVE_INFINITY, ms: 1500 },
] as const;

interface SourcePreviewProps {
  readonly kind: PreviewKind;
  readonly source: string;
  readonly context: OutputContext;
  /** The heading that it goes to, once. */
  readonly anchor: Signal<string | null>;
}

interface PreviewProps extends Omit<SourcePreviewProps, "source"> {
  readonly text: Y.Text;
}

/** Of a text that people write. */
export function Preview({ text, ...rest }: PreviewProps): VNode {
  return <SourcePreview source={useSource(text)} {...rest} />;
}

export function SourcePreview({ kind, source, context, anchor }: SourcePreviewProps): VNode {
  const { path } = context.document;
  switch (kind) {
    case "markdown":
      return <MarkdownPreview source={source} context={context} anchor={anchor} />;
    case "table":
      return <TablePreview source={source} path={path} />;
    case "json":
      return <JsonPreview source={source} />;
    case "html":
      return <HtmlPreview source={source} context={context} />;
    case "svg":
      return <SvgPreview source={source} path={path} />;
  }
}

/** What a text is, after each pause of those who write it. */
function useSource(text: Y.Text): string {
  const [source, setSource] = useState(() => text.toString());
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const changed = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => setSource(text.toString()), PAUSES.find(({ upTo }) => text.length <= upTo)?.ms);
    };
    text.observe(changed);
    return () => {
      text.unobserve(changed);
      clearTimeout(timer);
    };
  }, [text]);
  return source;
}

interface SourceProps {
  readonly source: string;
  readonly context: OutputContext;
}

function MarkdownPreview({ source, context, anchor }: SourceProps & Pick<PreviewProps, "anchor">): VNode {
  const page = useRef<HTMLDivElement>(null);
  const remembering = useMemo(() => ({ ...context, fetchFile: remembered(context.fetchFile) }), [context]);
  useSignalEffect(() => {
    if (anchor.value !== null) findHeading(page.current as HTMLElement, anchor.value)?.scrollIntoView();
    anchor.value = null;
  });
  return (
    <div class="preview-page" ref={page}>
      <Markdown source={source} context={remembering} />
    </div>
  );
}

/** Images are not fetched again each time somebody has typed a letter. */
function remembered(fetchFile: OutputContext["fetchFile"]): OutputContext["fetchFile"] {
  const files = new Map<string, Promise<Blob>>();
  return (path) => {
    const file = files.get(path) ?? fetchFile(path);
    files.set(path, file);
    file.catch(() => files.delete(path));
    return file;
  };
}

function TablePreview({ source, path }: { readonly source: string; readonly path: string }): VNode {
  const rows = useMemo(() => {
    const begun = new Rows(source, separatorOf(path, source));
    begun.findSome(0); // what is seen first is there at once
    return begun;
  }, [source, path]);
  useEffect(() => {
    const end = new AbortController();
    void rows.find(end.signal);
    return () => end.abort();
  }, [rows]);
  return <Table rows={rows} label={say("Table")} />;
}

type Parsed = { readonly value: unknown } | { readonly problem: string };

function JsonPreview({ source }: { readonly source: string }): VNode {
  const parsed = useMemo(() => parsedJson(source), [source]);
  if ("value" in parsed) return <JsonTree value={parsed.value} expanded={undefined} />;
  return <p class="preview-problem">{say("This is not JSON yet: {why}", { why: parsed.problem })}</p>;
}

function parsedJson(source: string): Parsed {
  try {
    return { value: JSON.parse(source) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** A document of others may do in its frame what outputs of notebooks may. */
function HtmlPreview({ source, context }: SourceProps): VNode {
  const items = useMemo(
    () => [{ renderer: "html" as const, mime: "text/html", content: source, metadata: {}, fallback: "" }],
    [source],
  );
  return <Framed items={items} title={say("Preview")} context={context} />;
}

/** As an image, an SVG runs no scripts and loads nothing. */
function SvgPreview({ source, path }: { readonly source: string; readonly path: string }): VNode {
  return (
    <div class="preview-image">
      <img src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(source)}`} alt={path} />
    </div>
  );
}
