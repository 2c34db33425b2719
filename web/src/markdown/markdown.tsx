/** Markdown of a document, as untrusted as any other content of it. */
import type { VNode } from "preact";
import type { OutputContext } from "../outputs/context.ts";
import type { MimeBundle } from "../outputs/model.ts";

export interface MarkdownProps {
  readonly source: string;
  /** As in nbformat: a MIME bundle for each name that `attachment:name` can stand for. */
  readonly attachments?: Readonly<Record<string, MimeBundle>>;
  readonly context: OutputContext;
}

export function Markdown({ source }: MarkdownProps): VNode {
  return <div class="markdown">{source}</div>;
}
