/** A notebook with its outputs, to be read. */
import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import { cellsOfFile, languageOfFile } from "../../../views/history/cells.ts";
import { StaticOutputs, StaticSource } from "../../../views/static.tsx";
import { share as words } from "../../strings/share.ts";
import { Problem } from "../../ui/ui.tsx";
import type { TextProps } from "./file.tsx";

export function SharedNotebook({ source, context }: TextProps): VNode {
  const notebook = useMemo(() => readNotebook(source), [source]);
  if (notebook === null) return <Problem text={words.notNotebook()} />;
  return (
    <section class="share-notebook" aria-label={words.notebook()}>
      {notebook.cells.map((cell, index) => (
        <article class="share-cell" key={index}>
          <StaticSource cell={cell} language={notebook.language} context={context} />
          <StaticOutputs outputs={cell.outputs} context={context} />
        </article>
      ))}
    </section>
  );
}

function readNotebook(source: string) {
  try {
    return { cells: cellsOfFile(source), language: languageOfFile(source) };
  } catch {
    return null;
  }
}
