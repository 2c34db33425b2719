/** Find and replace over all cells. */
import "./find.css";
import { effect, type ReadonlySignal, useComputed, useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { cellSource } from "../../state/notebook.ts";
import { findMatches, MATCH_LIMIT, type Match, type Query, replaceMatches } from "../../state/notebook-find.ts";
import { say } from "../../state/say.ts";
import { type Found, Marks } from "./find-marks.ts";
import { Icon } from "./icon.tsx";
import { type Page, usePage } from "./page.ts";

export function FindBar(): VNode {
  const page = usePage();
  const { open } = page;
  const input = useRef<HTMLInputElement>(null);
  const query = useSignal<Query>({ text: selectedText(page), caseSensitive: false, regularExpression: false });
  const replacement = useSignal("");
  const at = useSignal(-1);
  const version = useVersion(page);
  const matches = useComputed(() => (version.value < 0 ? null : findMatches(open.notebook, query.value)));
  const found = useComputed(() => ({
    query: query.value,
    matches: matches.value ?? [],
    current: matches.value?.[at.value],
  }));
  useEffect(() => input.current?.select(), []);
  useMarks(page, input, found);
  const change = (more: Partial<Query>) => {
    query.value = { ...query.value, ...more };
    at.value = -1;
  };
  const go = (by: -1 | 1) => {
    const found = matches.value ?? [];
    if (found.length === 0) return;
    at.value = (at.value < 0 && by < 0 ? found.length : at.value + by + found.length) % found.length;
    show(page, found[at.value]);
    input.current?.focus({ preventScroll: true });
  };
  const replace = (which: readonly Match[]) => {
    const replaced = replaceMatches(open.notebook, query.value, which, replacement.value);
    open.announcement.value = say("{count} replaced.", { count: replaced });
    at.value -= which.length === 1 ? 1 : 0;
    if (which.length === 1) go(1);
    input.current?.focus({ preventScroll: true }); // the button may have nothing left to do
  };
  const onKey = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.key === "Escape") open.close();
    else if (event.key === "Enter" && event.target === input.current) go(event.shiftKey ? -1 : 1);
  };
  const { current } = found.value;
  return (
    <search class="find-bar" aria-label={say("Find and replace")} onKeyDown={onKey}>
      <input
        ref={input}
        type="text"
        aria-label={say("Find")}
        placeholder={say("Find")}
        value={query.value.text}
        onInput={(event) => change({ text: event.currentTarget.value })}
      />
      <span class="find-count" role="status">
        {counted(matches.value, at.value)}
      </span>
      <Toggle
        label={"Aa"}
        title={say("Match case")}
        pressed={query.value.caseSensitive}
        onToggle={(caseSensitive) => change({ caseSensitive })}
      />
      <Toggle
        label=".*"
        title={say("Regular expression")}
        pressed={query.value.regularExpression}
        onToggle={(regularExpression) => change({ regularExpression })}
      />
      <button type="button" class="tool" aria-label={say("Previous")} onClick={() => go(-1)}>
        <Icon name="up" />
      </button>
      <button type="button" class="tool" aria-label={say("Next")} onClick={() => go(1)}>
        <Icon name="down" />
      </button>
      {open.mayEdit.value && (
        <>
          <input
            type="text"
            aria-label={say("Replace with")}
            placeholder={say("Replace with")}
            value={replacement.value}
            onInput={(event) => (replacement.value = event.currentTarget.value)}
          />
          <button type="button" disabled={!current} onClick={() => current && replace([current])}>
            {say("Replace")}
          </button>
          <button type="button" disabled={!matches.value?.length} onClick={() => replace(matches.value ?? [])}>
            {say("All")}
          </button>
        </>
      )}
      <button type="button" class="tool" aria-label={say("Close")} onClick={() => open.close()}>
        <Icon name="close" />
      </button>
    </search>
  );
}

/** Show in the notebook around an element what was found. */
function useMarks(page: Page, within: { readonly current: Element | null }, found: ReadonlySignal<Found>): void {
  useEffect(() => {
    const scroller = within.current?.closest(".notebook")?.querySelector(".notebook-scroller");
    if (!scroller) return undefined;
    const marks = new Marks(page, scroller);
    const end = effect(() => marks.show(found.value));
    return () => {
      end();
      marks.dispose();
    };
  }, [page, within, found]);
}

/** Rises with each change of the cells. */
function useVersion(page: Page) {
  const version = useSignal(0);
  useEffect(() => {
    const { cells } = page.open.notebook;
    const rise = () => {
      version.value += 1;
    };
    cells.observeDeep(rise);
    return () => cells.unobserveDeep(rise);
  }, [page, version]);
  return version;
}

function selectedText(page: Page): string {
  const id = page.open.selection.active.peek() ?? "";
  const cell = page.open.notebook.find(id);
  const [from = 0, to = 0] = page.editors.get(id)?.cuts() ?? [];
  const text = cell ? cellSource(cell).toString().slice(from, to) : "";
  return text.includes("\n") ? "" : text;
}

/** Select the match in its editor, which shows it, without keeping the focus there. */
function show(page: Page, match: Match | undefined): void {
  const cell = match && page.open.notebook.find(match.cell);
  if (!match || !cell || cellSource(cell).length === 0) return;
  page.open.goTo(match.cell, "range", { range: [match.from, match.to] });
}

function counted(matches: readonly Match[] | null, at: number): string {
  if (matches === null) return say("Not an expression");
  if (matches.length === 0) return say("None");
  const all = matches.length >= MATCH_LIMIT ? `${MATCH_LIMIT}+` : String(matches.length);
  return at < 0 ? all : say("{number} of {count}", { number: at + 1, count: all });
}

interface ToggleProps {
  readonly label: string;
  readonly title: string;
  readonly pressed: boolean;
  onToggle(pressed: boolean): void;
}

function Toggle({ label, title, pressed, onToggle }: ToggleProps): VNode {
  return (
    <button
      type="button"
      class="tool"
      title={title}
      aria-label={title}
      aria-pressed={pressed}
      onClick={() => onToggle(!pressed)}
    >
      {label}
    </button>
  );
}
