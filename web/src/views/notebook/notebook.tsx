/** A notebook: bar, notices and cells, and the keys of command mode. */
import "../../editor/editor.css";
import "./notebook.css";
import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import { keyOf } from "../../state/notebook-cells.ts";
import { add } from "../../state/notebook-commands.ts";
import { CommandKeys } from "../../state/notebook-keys.ts";
import { say } from "../../state/say.ts";
import { CellView, firstScreen } from "./cell.tsx";
import { FindBar, History, Notices, Shortcuts } from "./dialogs.ts";
import { KernelBar } from "./kernel-bar.tsx";
import { type Page, PageContext } from "./page.ts";
import { isMac } from "./platform.ts";

export function NotebookView({ page }: { readonly page: Page }): VNode {
  const { open, context, document } = page;
  const keys = useRef(new CommandKeys(isMac()));
  return (
    <PageContext.Provider value={page}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys of command mode belong to the cells within */}
      <div
        class="notebook"
        data-natural={context.natural.value ? "" : undefined}
        onKeyDown={(event) => onKey(page, keys.current, event)}
      >
        <h1 class="visually-hidden">{nameOf(page)}</h1>
        <KernelBar />
        {hasNotices(page) && <Notices />}
        {open.dialog.value === "find" && <FindBar />}
        <div class="notebook-scroller">{document.synced.value ? <Cells page={page} /> : <Opening />}</div>
        {open.dialog.value === "shortcuts" && <Shortcuts />}
        {open.dialog.value === "history" && <History />}
        <p class="visually-hidden" role="status">
          {open.announcement.value}
        </p>
      </div>
    </PageContext.Provider>
  );
}

function hasNotices({ open, document }: Page): boolean {
  return open.confirming.value !== null || open.notice.value !== null || document.kernel.value.state === "dead";
}

function Cells({ page }: { readonly page: Page }): VNode {
  const cells = page.open.cells.value;
  const atOnce = firstScreen(cells);
  return (
    <div class="cells" role="feed" aria-label={say("Cells of {name}", { name: nameOf(page) })} aria-busy="false">
      {cells.map((cell, index) => (
        <CellView key={keyOf(cell)} cell={cell} index={index} count={cells.length} first={index < atOnce} />
      ))}
      {cells.length === 0 && <Empty page={page} />}
    </div>
  );
}

function nameOf(page: Page): string {
  return page.document.path.split("/").at(-1) ?? page.document.path;
}

function Empty({ page }: { readonly page: Page }): VNode {
  return (
    <article class="empty">
      <p>{say("This notebook has no cells.")}</p>
      {page.open.mayEdit.value && (
        <button type="button" onClick={() => add(page.open, 0, "editor")}>
          {say("Add a cell")}
        </button>
      )}
    </article>
  );
}

function Opening(): VNode {
  return (
    <div class="cells opening" role="status" aria-label={say("Opening the notebook")}>
      <div />
      <div />
      <div />
    </div>
  );
}

/** Keys that nobody within has taken. */
function onKey(page: Page, keys: CommandKeys, event: KeyboardEvent): void {
  if (event.defaultPrevented || !(event.target instanceof HTMLElement) || isTyping(event.target)) return;
  const onButton = event.target.closest("button, a, summary, [role=button]") !== null;
  if (onButton && (event.key === "Enter" || event.key === " ")) return;
  const command = keys.read(event, event.timeStamp);
  if (command === null) return;
  event.preventDefault();
  if (command !== "pending") page.perform(command);
}

function isTyping(target: HTMLElement): boolean {
  return target.isContentEditable || target.closest("input, textarea, select, dialog, [role=menu]") !== null;
}
