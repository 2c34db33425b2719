/** A file that is in no editor: it is shown as it is stored if it can never be in one, else why it could not be opened. */
import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import type { OpenFile, Phase } from "../../state/open-file.ts";
import type { Page } from "../../state/page.ts";
import { type Sentence, say } from "../../state/say.ts";
import { Card, Choices, sentence, TryAgain } from "../card.tsx";
import { projectFile } from "./stored-file.ts";
import { FileViewer } from "./viewer.tsx";

const TITLES: Readonly<Record<string, Sentence>> = {
  not_found: "There is no such file",
  not_a_file: "This is not a file",
  bad_path: "This is not a file",
  bad_project: "No access",
  forbidden: "No access",
  start_failed: "The project could not be started",
  busy: "Too much is going on",
};

const ADVICE: Readonly<Record<string, Sentence>> = {
  not_found: "It may have been moved or deleted. Ask whoever sent you here, or try again when it is back.",
  forbidden: "You may not open this project, or it does not exist. Ask its owner to add you.",
  bad_project: "You may not open this project, or it does not exist. Ask its owner to add you.",
};

interface UnopenedProps {
  readonly page: Page;
  readonly file: OpenFile;
  readonly phase: Phase & { name: "failed" };
}

export function Unopened({ page, file, phase }: UnopenedProps): VNode {
  const source = useMemo(() => projectFile(page, file), [page, file]);
  if (phase.code === "unsupported") return <FileViewer source={source} file={file} why={sentence(phase.message)} />;
  const advice = sentence(ADVICE[phase.code] ?? (phase.message || ("Something went wrong." satisfies Sentence)));
  return (
    <section id="carrel-embed-banner" data-state="error" role="status" aria-live="polite">
      <Card tone="bad" title={say(TITLES[phase.code] ?? "The file could not be opened")}>
        <p class="card-path">{file.path}</p>
        <p>{advice}</p>
        <Choices>
          <TryAgain act={() => file.retry()} />
        </Choices>
      </Card>
    </section>
  );
}
