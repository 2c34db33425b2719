/** Cells and code that are only read. */
import "../editor/editor.css";
import type { VNode } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { highlighted, knownParser, loadParser } from "../editor/highlight.ts";
import { Markdown } from "../markdown/markdown.tsx";
import type { OutputContext } from "../outputs/context.ts";
import { outputOf } from "../outputs/model.ts";
import { Outputs } from "../outputs/outputs.tsx";
import type { PastCell } from "./history/cells.ts";

interface StaticSourceProps {
  readonly cell: PastCell;
  /** That of code cells. */
  readonly language: string;
  readonly context: OutputContext;
}

/** The text of a cell, markdown as it is meant to be read. */
export function StaticSource({ cell: { type, source, attachments }, language, context }: StaticSourceProps): VNode {
  if (type === "markdown") return <Markdown source={source} attachments={attachments} context={context} />;
  return <StaticCode source={source} language={type === "code" ? language : ""} />;
}

/** Code in a language by one of its names; `""`: in none. */
export function StaticCode({ source, language }: { readonly source: string; readonly language: string }): VNode {
  const [parser, setParser] = useState(knownParser(language) ?? null);
  useEffect(() => void loadParser(language).then(setParser), [language]);
  return (
    <pre class="static-source">
      {highlighted(source, parser).map((line, index) => (
        <div class="static-line" key={index}>
          {line.map((token) => (token.classes ? <span class={token.classes}>{token.text}</span> : token.text))}
          {line.length === 0 && <br />}
        </div>
      ))}
    </pre>
  );
}

interface StaticOutputsProps {
  /** As nbformat has them. */
  readonly outputs: readonly unknown[];
  readonly context: OutputContext;
}

export function StaticOutputs({ outputs: all, context }: StaticOutputsProps): VNode | null {
  const outputs = useMemo(() => all.map(outputOf).filter((output) => output !== null), [all]);
  return <Outputs outputs={outputs} cellId="" context={context} collapsed={false} scrolled={false} />;
}
