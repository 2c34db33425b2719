/** A notebook as it was, cell by cell, with what is different from another version marked. */
import type { VNode } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { highlighted, knownParser, loadParser } from "../../editor/highlight.ts";
import { loadLanguage } from "../../editor/languages.ts";
import { Markdown } from "../../markdown/markdown.tsx";
import type { OutputContext } from "../../outputs/context.ts";
import { outputOf } from "../../outputs/model.ts";
import { Outputs } from "../../outputs/outputs.tsx";
import { history as words } from "../../site/strings/history.ts";
import { type ComparedCell, compareCells, type PastCell } from "./cells.ts";
import { TextDiff } from "./text-diff.tsx";

interface NotebookDiffProps {
  readonly before: readonly PastCell[];
  readonly now: readonly PastCell[];
  /** That of code cells. */
  readonly language: string;
  readonly context: OutputContext;
}

export function NotebookDiff({ before, now, language, context }: NotebookDiffProps): VNode {
  const rows = useMemo(() => compareCells(before, now), [before, now]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="past-cells" aria-label={words.version()} tabIndex={0}>
      {rows.map((row, index) => (
        <article key={`${index} ${row.cell.id}`} class="past-cell" data-change={row.change}>
          {row.change !== "same" && <p class="past-mark">{words[row.change]()}</p>}
          <Text row={row} language={language} context={context} />
          {row.change !== "removed" && <PastOutputs cell={row.cell} context={context} />}
        </article>
      ))}
    </section>
  );
}

interface TextProps {
  readonly row: ComparedCell;
  readonly language: string;
  readonly context: OutputContext;
}

function Text({ row: { change, cell, before }, language, context }: TextProps): VNode {
  const named = cell.type === "code" ? language : cell.type;
  if (change === "changed") {
    const load = () => loadLanguage(named);
    return <TextDiff before={before} now={cell.source} label={words.changed()} language={load} />;
  }
  if (cell.type === "markdown")
    return <Markdown source={cell.source} attachments={cell.attachments} context={context} />;
  return <Code source={cell.source} language={cell.type === "code" ? language : ""} />;
}

function Code({ source, language }: { readonly source: string; readonly language: string }): VNode {
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

function PastOutputs({ cell, context }: { readonly cell: PastCell; readonly context: OutputContext }): VNode | null {
  const outputs = useMemo(() => cell.outputs.map(outputOf).filter((output) => output !== null), [cell]);
  return <Outputs outputs={outputs} cellId="" context={context} collapsed={false} scrolled={false} />;
}
