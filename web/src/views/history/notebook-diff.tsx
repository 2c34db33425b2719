/** A notebook as it was, cell by cell, with what is different from another version marked. */
import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import { loadLanguage } from "../../editor/languages.ts";
import type { OutputContext } from "../../outputs/context.ts";
import { say } from "../../state/say.ts";
import { StaticOutputs, StaticSource } from "../static.tsx";
import { type ComparedCell, compareCells, type PastCell } from "./cells.ts";
import { TextDiff } from "./text-diff.tsx";

const MARKS = {
  added: "Cell is new",
  removed: "Cell is not in this version",
  changed: "Text changed",
  outputs: "Outputs changed",
} as const;

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
    <section class="past-cells" aria-label={say("Version")} tabIndex={0}>
      {rows.map((row, index) => (
        <article key={`${index} ${row.cell.id}`} class="past-cell" data-change={row.change}>
          {row.change !== "same" && <p class="past-mark">{say(MARKS[row.change])}</p>}
          <Text row={row} language={language} context={context} />
          {row.change !== "removed" && <StaticOutputs outputs={row.cell.outputs} context={context} />}
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
  if (change === "changed") {
    const load = () => loadLanguage(cell.type === "code" ? language : cell.type);
    return <TextDiff before={before} now={cell.source} label={say("Text changed")} language={load} />;
  }
  return <StaticSource cell={cell} language={language} context={context} />;
}
