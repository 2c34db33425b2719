/** A text file: a bar and an editor that fills the rest. */
import "../../editor/editor.css";
import "./text-file.css";
import { type Signal, useSignal, useSignalEffect } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { FileEditor } from "../../editor/file-editor.ts";
import { watchPeople } from "../../editor/people.ts";
import { deferred } from "../../outputs/deferred.ts";
import { CallError, type LiveDocument } from "../../state/document.ts";
import { Typing, typingHistory } from "../../state/notebook-undo.ts";
import { type Sentence, said, say } from "../../state/say.ts";
import type { EditorContext } from "../editors.ts";
import { Icon } from "../notebook/icon.tsx";
import { People } from "../people.tsx";
import { SaveState } from "../save-state.tsx";
import { keepLayout, LAYOUTS, type Layout, previewOf } from "./preview.ts";

const Preview = deferred(async () => (await import("./previews.tsx")).Preview);
const History = deferred(async () => (await import("../history/history.tsx")).History);
const RESTORING = new Typing();

interface TextFileProps {
  readonly document: LiveDocument;
  readonly context: EditorContext;
  /** The editor, while there is one. */
  readonly editor: Signal<FileEditor | null>;
  /** What is shown of a file that has a preview. */
  readonly layout: Signal<Layout>;
  /** The heading that the preview goes to, once. */
  readonly anchor: Signal<string | null>;
}

export function TextFile({ document, context, editor, layout, anchor }: TextFileProps): VNode {
  const wraps = useSignal(/\.(md|markdown|txt|tex|rst|log)$|^[^.]*$/i.test(nameOf(document)));
  const place = useSignal("");
  const notice = useSignal<string | null>(null);
  const isInPast = useSignal(false);
  const save = () => void saveTo(document, notice);
  const kind = context.natural.value ? null : previewOf(document.path);
  const shown = kind === null ? "text" : layout.value;
  const outputContext = useMemo(() => ({ ...context, document }), [context, document]);
  const choose = (chosen: Layout): void => {
    layout.value = chosen;
    if (kind !== null) keepLayout(kind, chosen);
  };
  const comeBack = (told?: string): void => {
    isInPast.value = false;
    notice.value = told ?? null;
    editor.peek()?.view.focus();
  };
  const locked = document.readonly.value || !document.may.value.has("edit");
  useSignalEffect(() => editor.value?.setWrap(wraps.value));
  useEffect(() => editor.value?.setLocked(locked), [editor, locked]);
  return (
    <div class="text-file" data-natural={context.natural.value ? "" : undefined}>
      <div class="bar" role="toolbar" aria-label={say("File")}>
        <h1 class="file-name">{nameOf(document)}</h1>
        <span class="spacer" />
        <Others document={document} />
        {kind !== null && <Layouts shown={shown} choose={choose} />}
        {shown !== "preview" && <Tools editor={editor} wraps={wraps} place={place} />}
        {!context.kiosk && (
          <button
            type="button"
            class="tool"
            aria-label={say("History")}
            title={say("History")}
            onClick={() => (isInPast.value = true)}
          >
            <Icon name="history" />
          </button>
        )}
        <SaveState document={document} maySave={document.may.value.has("save")} onSave={save} />
      </div>
      {notice.value !== null && (
        <div class="notice notice-warn" role="alert">
          <span>{notice.value}</span>
        </div>
      )}
      {document.synced.value ? (
        <div class="text-body">
          <Body {...{ document, editor, place, save, locked, wraps: wraps.peek(), isHidden: shown === "preview" }} />
          {kind !== null && shown !== "text" && (
            <section
              class="preview"
              aria-label={say("Preview")}
              // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
              tabIndex={0}
            >
              <Preview kind={kind} text={document.ydoc.getText("source")} context={outputContext} anchor={anchor} />
            </section>
          )}
        </div>
      ) : (
        <p class="empty">{say("Opening…")}</p>
      )}
      {isInPast.value && <History document={document} context={outputContext} origin={RESTORING} close={comeBack} />}
    </div>
  );
}

type ToolsProps = Pick<TextFileProps, "editor"> & {
  readonly wraps: Signal<boolean>;
  readonly place: Signal<string>;
};

/** What can be done with the text. */
function Tools({ editor, wraps, place }: ToolsProps): VNode {
  return (
    <>
      <span class="place" aria-hidden="true">
        {place.value}
      </span>
      <button type="button" class="tool" aria-pressed={wraps.value} onClick={() => (wraps.value = !wraps.value)}>
        {say("Wrap")}
      </button>
      <button type="button" class="tool" onClick={() => editor.value?.askForLine()}>
        {say("Go to line")}
      </button>
      <button
        type="button"
        class="tool"
        aria-label={say("Find and replace")}
        title={say("Find and replace (Ctrl+F)")}
        onClick={() => editor.value?.find()}
      >
        <Icon name="find" />
      </button>
    </>
  );
}

interface LayoutsProps {
  readonly shown: Layout;
  choose(layout: Layout): void;
}

const LAYOUT_NAMES: Readonly<Record<Layout, Sentence>> = { text: "Text", both: "Side by side", preview: "Preview" };

function Layouts({ shown, choose }: LayoutsProps): VNode {
  return (
    <fieldset class="layouts" aria-label={say("How it is shown")}>
      {LAYOUTS.map((layout) => (
        <button key={layout} type="button" class="tool" aria-pressed={layout === shown} onClick={() => choose(layout)}>
          {say(LAYOUT_NAMES[layout])}
        </button>
      ))}
    </fieldset>
  );
}

interface BodyProps {
  readonly document: LiveDocument;
  readonly editor: Signal<FileEditor | null>;
  readonly place: Signal<string>;
  readonly locked: boolean;
  readonly wraps: boolean;
  readonly isHidden: boolean;
  save(): void;
}

function Body({ document, editor, place, locked, wraps, isHidden, save }: BodyProps): VNode {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const text = document.ydoc.getText("source");
    const history = typingHistory(text);
    const onCursor = (line: number, column: number) => (place.value = `${line}:${column}`);
    const options = {
      text,
      history,
      awareness: document.awareness,
      filename: nameOf(document),
      wraps,
      locked,
      onSave: save,
      onCursor,
    };
    editor.value = new FileEditor(host.current as HTMLElement, options);
    return () => {
      editor.peek()?.dispose();
      editor.value = null;
      history.destroy();
    };
  }, [document]);
  return <div class="text-host" ref={host} hidden={isHidden} />;
}

function Others({ document }: { readonly document: LiveDocument }): VNode {
  const people = useRef<ReturnType<typeof watchPeople> | null>(null);
  people.current ??= watchPeople(document.awareness);
  useEffect(() => () => people.current?.end(), []);
  return <People people={people.current.people.value} />;
}

function nameOf(document: LiveDocument): string {
  return document.path.split("/").at(-1) ?? document.path;
}

async function saveTo(document: LiveDocument, notice: Signal<string | null>): Promise<void> {
  try {
    await document.call("save", { cause: "user" });
    notice.value = null;
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    notice.value = said(error.message);
  }
}
