/** What a document was: a slider over its versions, each with what changed, and bringing one back. */
import "./history.css";
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useId, useMemo, useRef } from "preact/hooks";
import { loadLanguageOf } from "../../editor/languages.ts";
import type { OutputContext } from "../../outputs/context.ts";
import type { LiveDocument } from "../../state/document.ts";
import { language } from "../../state/language.ts";
import { Notebook } from "../../state/notebook.ts";
import { Past, type Version } from "../../state/past.ts";
import { type Sentence, said, say } from "../../state/say.ts";
import { Icon } from "../notebook/icon.tsx";
import { cellOf, cellsOfFile } from "./cells.ts";
import { NotebookDiff } from "./notebook-diff.tsx";
import { TextDiff } from "./text-diff.tsx";

export interface HistoryProps {
  readonly document: LiveDocument;
  readonly context: OutputContext;
  /** What restoring is done as, so that it can be taken back. */
  readonly origin: unknown;
  /** With a sentence, if a version was restored. */
  close(told?: string): void;
}

export function History(props: HistoryProps): VNode {
  const { document, close } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const shown = useMemo(() => new ShownPast(document), [document]);
  useEffect(() => {
    dialog.current?.show();
    void shown.load();
  }, [shown]);
  const version = shown.version.value;
  return (
    <dialog class="history" ref={dialog} aria-labelledby={id} onKeyDown={(event) => event.key === "Escape" && close()}>
      <header class="bar">
        <h2 id={id}>{say("History")}</h2>
        {version && <Chooser shown={shown} />}
        <span class="spacer" />
        {version && <Choices shown={shown} version={version} {...props} />}
        <button type="button" class="tool" aria-label={say("Close")} onClick={() => close()}>
          <Icon name="close" />
        </button>
      </header>
      {shown.problem.value !== null && (
        <p class="notice notice-warn" role="alert">
          {said(shown.problem.value)}
        </p>
      )}
      {shown.versions.value?.length === 0 && (
        <p class="empty">{say("There are no versions yet. They are kept while people edit, about one each minute.")}</p>
      )}
      <Content shown={shown} {...props} />
    </dialog>
  );
}

const RESTORED: Sentence =
  "It is again as it was on {time}. Ctrl+Z (Z in a notebook) takes that back; what was there before is in the history.";

type Other = "before" | "now";

/** What is shown of the past. */
class ShownPast {
  readonly versions: Signal<readonly Version[] | null> = signal(null);
  readonly version: Signal<Version | null> = signal(null);
  readonly other: Signal<Other> = signal("before");
  /** The content of the version and of what it is compared to. */
  readonly contents: Signal<{
    readonly version: Version;
    readonly now: string;
    readonly before: string | null;
  } | null> = signal(null);
  readonly problem: Signal<string | null> = signal(null);
  readonly past: Past;

  constructor(document: LiveDocument) {
    this.past = new Past(document);
  }

  async load(): Promise<void> {
    await this.attempt(async () => {
      this.versions.value = await this.past.versions();
      this.choose(this.versions.value.length - 1);
    });
  }

  choose(index: number): void {
    const version = this.versions.peek()?.[index];
    if (version === undefined) return;
    this.version.value = version;
    void this.attempt(() => this.#fetch(version, index));
  }

  compareTo(other: Other): void {
    this.other.value = other;
    this.choose(this.versions.peek()?.indexOf(this.version.peek() as Version) ?? -1);
  }

  /** Whether it was done; if not, `problem` says why. */
  async attempt(act: () => Promise<void>): Promise<boolean> {
    this.problem.value = null;
    try {
      await act();
      return true;
    } catch (error) {
      this.problem.value = error instanceof Error ? error.message : String(error);
      return false;
    }
  }

  /** The first version is compared to itself; what is compared to the present has `before` null. */
  async #fetch(version: Version, index: number): Promise<void> {
    const other = this.other.peek();
    const last = this.versions.peek()?.[index - 1] ?? version;
    const [now, before] = await Promise.all([
      this.past.content(version),
      other === "before" ? this.past.content(last) : null,
    ]);
    if (this.version.peek() === version && this.other.peek() === other) this.contents.value = { version, now, before };
  }
}

function Chooser({ shown }: { readonly shown: ShownPast }): VNode {
  const slider = useRef<HTMLInputElement>(null);
  useEffect(() => slider.current?.focus({ preventScroll: true }), []);
  const versions = shown.versions.value ?? [];
  const version = shown.version.value as Version;
  const at = versions.indexOf(version);
  const told = `${timeOf(version)}, ${version.people.join(", ") || say("as the file was found")}`;
  return (
    <>
      <button
        type="button"
        class="tool"
        aria-label={say("Version before")}
        disabled={at === 0}
        onClick={() => shown.choose(at - 1)}
      >
        ‹
      </button>
      <input
        ref={slider}
        type="range"
        aria-label={say("Version")}
        aria-valuetext={`${say("{number} of {count}", { number: at + 1, count: versions.length })}: ${told}`}
        min={0}
        max={versions.length - 1}
        value={at}
        onInput={(event) => shown.choose(event.currentTarget.valueAsNumber)}
      />
      <button
        type="button"
        class="tool"
        aria-label={say("Version after")}
        disabled={at === versions.length - 1}
        onClick={() => shown.choose(at + 1)}
      >
        ›
      </button>
      <span class="version-told">
        {told} <small>({say("{number} of {count}", { number: at + 1, count: versions.length })})</small>
      </span>
    </>
  );
}

interface ChoicesProps extends HistoryProps {
  readonly shown: ShownPast;
  readonly version: Version;
}

function Choices({ shown, version, document, context, origin, close }: ChoicesProps): VNode {
  const may = document.may.value;
  const download = () =>
    shown.attempt(async () => {
      const data = new TextEncoder().encode(await shown.past.content(version));
      context.download({ filename: filenameOf(document, version), mime: "application/octet-stream", data });
    });
  const restore = async () => {
    const isDone = await shown.attempt(() => shown.past.restore(version, origin));
    if (isDone) close(say(RESTORED, { time: timeOf(version) }));
  };
  return (
    <>
      <select
        aria-label={say("Show what changed")}
        value={shown.other.value}
        onChange={(event) => shown.compareTo(event.currentTarget.value as Other)}
      >
        <option value="before">{say("since the version before")}</option>
        <option value="now">{say("compared to the present")}</option>
      </select>
      {may.has("export") && (
        <button type="button" class="tool" onClick={() => void download()}>
          {say("Download")}
        </button>
      )}
      {may.has("edit") && !document.readonly.value && (
        <button type="button" class="tool restore" onClick={() => void restore()}>
          {say("Restore this version")}
        </button>
      )}
    </>
  );
}

interface ContentProps extends HistoryProps {
  readonly shown: {
    readonly contents: ReadonlySignal<{ readonly now: string; readonly before: string | null } | null>;
  };
}

function Content({ shown, document, context }: ContentProps): VNode | null {
  const contents = shown.contents.value;
  const cells = useMemo(() => contents && document.kind === "notebook" && readCells(document, contents), [contents]);
  if (contents === null) return null;
  if (cells === null) return <p class="empty">{say("This version cannot be read.")}</p>;
  if (cells) return <NotebookDiff {...cells} language={new Notebook(document.ydoc).language()} context={context} />;
  const before = contents.before ?? document.ydoc.getText("source").toString();
  const load = () => loadLanguageOf(document.path);
  return (
    <>
      {before === contents.now && <p class="past-mark">{say("Nothing is different.")}</p>}
      <TextDiff before={before} now={contents.now} label={say("Version")} language={load} />
    </>
  );
}

/** Null if one of them is no notebook. */
function readCells(document: LiveDocument, { now, before }: { readonly now: string; readonly before: string | null }) {
  try {
    const present = () => new Notebook(document.ydoc).cells.map((cell) => cellOf(cell.toJSON()));
    return { now: cellsOfFile(now), before: before === null ? present() : cellsOfFile(before) };
  } catch {
    return null;
  }
}

function timeOf({ time }: Version): string {
  return new Date(time).toLocaleString(language.value, { dateStyle: "medium", timeStyle: "medium" });
}

function filenameOf({ path }: LiveDocument, { time }: Version): string {
  const [, stem = "", ending = ""] = /^(.*?)(\.[^.]*)?$/.exec(path.split("/").at(-1) ?? "") ?? [];
  return `${stem}-${new Date(time).toISOString().slice(0, 19).replaceAll(":", ".")}${ending}`;
}
