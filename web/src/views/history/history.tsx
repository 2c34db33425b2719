/** What a document was: a slider over its versions, each with what changed, and bringing one back. */
import "./history.css";
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useId, useMemo, useRef } from "preact/hooks";
import { loadLanguageOf } from "../../editor/languages.ts";
import type { OutputContext } from "../../outputs/context.ts";
import { common } from "../../site/strings/common.ts";
import { history as words } from "../../site/strings/history.ts";
import { language } from "../../site/strings.ts";
import type { LiveDocument } from "../../state/document.ts";
import { Notebook } from "../../state/notebook.ts";
import { Past, type Version } from "../../state/past.ts";
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
        <h2 id={id}>{words.title()}</h2>
        {version && <Chooser shown={shown} />}
        <span class="spacer" />
        {version && <Choices shown={shown} version={version} {...props} />}
        <button type="button" class="tool" aria-label={common.close()} onClick={() => close()}>
          <Icon name="close" />
        </button>
      </header>
      {shown.problem.value !== null && (
        <p class="notice notice-warn" role="alert">
          {shown.problem.value}
        </p>
      )}
      {shown.versions.value?.length === 0 && <p class="empty">{words.none()}</p>}
      <Content shown={shown} {...props} />
    </dialog>
  );
}

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
  const told = `${timeOf(version)}, ${version.people.join(", ") || words.asFound()}`;
  return (
    <>
      <button
        type="button"
        class="tool"
        aria-label={words.earlier()}
        disabled={at === 0}
        onClick={() => shown.choose(at - 1)}
      >
        ‹
      </button>
      <input
        ref={slider}
        type="range"
        aria-label={words.version()}
        aria-valuetext={`${words.place({ number: at + 1, count: versions.length })}: ${told}`}
        min={0}
        max={versions.length - 1}
        value={at}
        onInput={(event) => shown.choose(event.currentTarget.valueAsNumber)}
      />
      <button
        type="button"
        class="tool"
        aria-label={words.later()}
        disabled={at === versions.length - 1}
        onClick={() => shown.choose(at + 1)}
      >
        ›
      </button>
      <span class="version-told">
        {told} <small>({words.place({ number: at + 1, count: versions.length })})</small>
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
    if (isDone) close(words.restored({ time: timeOf(version) }));
  };
  return (
    <>
      <select
        aria-label={words.compare()}
        value={shown.other.value}
        onChange={(event) => shown.compareTo(event.currentTarget.value as Other)}
      >
        <option value="before">{words.before()}</option>
        <option value="now">{words.now()}</option>
      </select>
      {may.has("export") && (
        <button type="button" class="tool" onClick={() => void download()}>
          {words.download()}
        </button>
      )}
      {may.has("edit") && !document.readonly.value && (
        <button type="button" class="tool restore" onClick={() => void restore()}>
          {words.restore()}
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
  if (cells === null) return <p class="empty">{words.unreadable()}</p>;
  if (cells) return <NotebookDiff {...cells} language={new Notebook(document.ydoc).language()} context={context} />;
  const before = contents.before ?? document.ydoc.getText("source").toString();
  const load = () => loadLanguageOf(document.path);
  return (
    <>
      {before === contents.now && <p class="past-mark">{words.same()}</p>}
      <TextDiff before={before} now={contents.now} label={words.version()} language={load} />
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
