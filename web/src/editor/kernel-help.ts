/** Completion and tooltips from the kernel, which the agent asks for us (docs/live.md, `complete` and `inspect`). */
import type { CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { acceptCompletion, autocompletion, startCompletion } from "@codemirror/autocomplete";
import { indentLess, indentMore } from "@codemirror/commands";
import { type Extension, StateEffect, StateField } from "@codemirror/state";
import {
  type EditorView,
  keymap,
  showTooltip,
  type Tooltip,
  EditorView as View,
  type ViewUpdate,
} from "@codemirror/view";
import { say } from "../state/say.ts";
import { isNumber, isObject, isString, type Json, type JsonObject } from "../wire/json.ts";

/** Asks the agent; rejects when it cannot be asked or has no kernel. */
export type Ask = (method: "complete" | "inspect", params: JsonObject, signal: AbortSignal) => Promise<Json>;

/** How long an answer may take before we go on without. */
const PATIENCE_MS = 20_000;

/** Tab completes or indents, Shift-Tab tells about the name at the cursor; completions come while one types, too. */
export function kernelHelp(ask: Ask): Extension {
  const source = (context: CompletionContext) => complete(ask, context);
  return [
    autocompletion({ override: [source] }),
    tooltip,
    View.updateListener.of(closeWhenTyping),
    keymap.of([
      { key: "Tab", run: completeOrIndent },
      { key: "Shift-Tab", run: (view) => inspectOrDedent(view, ask) },
      { key: "Escape", run: closeTooltip },
    ]),
  ];
}

/** What the kernel offers here; nothing if it does not answer. */
export async function complete(ask: Ask, context: CompletionContext): Promise<CompletionResult | null> {
  const before = context.state.sliceDoc(Math.max(0, context.pos - 1), context.pos);
  if (!context.explicit && !/[\w.]/.test(before)) return null;
  const signal = deadline(context);
  const params = { code: context.state.doc.toString(), cursor: context.pos };
  const reply = await ask("complete", params, signal).catch(() => null);
  return isObject(reply) ? resultOf(reply, context.pos) : null;
}

function deadline(context: CompletionContext): AbortSignal {
  const aborted = new AbortController();
  context.addEventListener("abort", () => aborted.abort());
  return AbortSignal.any([aborted.signal, AbortSignal.timeout(PATIENCE_MS)]);
}

function resultOf(reply: Readonly<Record<string, unknown>>, pos: number): CompletionResult | null {
  if (!isNumber(reply.start) || !isNumber(reply.end) || !Array.isArray(reply.matches)) return null;
  const options = reply.matches.flatMap((match: unknown) => {
    if (!isObject(match) || !isString(match.text)) return [];
    return [{ label: match.text, ...(isString(match.type) && match.type ? { detail: match.type } : {}) }];
  });
  return { from: Math.min(reply.start, pos), to: Math.max(reply.end, pos), options, validFor: /^[\w]*$/ };
}

/** Takes what is offered and marked; else after blanks Tab indents, after anything else it completes. */
function completeOrIndent(view: EditorView): boolean {
  if (acceptCompletion(view)) return true;
  const { main } = view.state.selection;
  const before = view.state.sliceDoc(view.state.doc.lineAt(main.head).from, main.head);
  if (!main.empty || /^\s*$/.test(before)) return indentMore(view);
  return startCompletion(view);
}

const setTooltip = StateEffect.define<Tooltip | null>();

const tooltip = StateField.define<Tooltip | null>({
  create: () => null,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(setTooltip)) return effect.value;
    return value;
  },
  provide: (field) => showTooltip.from(field),
});

function inspectOrDedent(view: EditorView, ask: Ask): boolean {
  const { main } = view.state.selection;
  const line = view.state.doc.lineAt(main.head);
  if (!main.empty || /^\s*$/.test(view.state.sliceDoc(line.from, main.head))) return indentLess(view);
  void inspect(view, ask, main.head);
  return true;
}

async function inspect(view: EditorView, ask: Ask, cursor: number): Promise<void> {
  const detail = view.state.field(tooltip)?.pos === cursor ? 1 : 0;
  const params = { code: view.state.doc.toString(), cursor, detail };
  const reply = await ask("inspect", params, AbortSignal.timeout(PATIENCE_MS)).catch(() => null);
  if (view.state.selection.main.head !== cursor || !view.dom.isConnected) return;
  const text = isObject(reply) && isObject(reply.data) ? reply.data["text/plain"] : undefined;
  const shown = isString(text) && text ? withoutAnsi(text) : say("Nothing is known about this.");
  view.dispatch({ effects: setTooltip.of({ pos: cursor, above: false, arrow: false, create: () => box(shown) }) });
}

function box(text: string): { dom: HTMLElement } {
  const dom = document.createElement("pre");
  dom.className = "inspect-tooltip";
  dom.setAttribute("role", "tooltip");
  dom.tabIndex = 0;
  dom.textContent = text;
  return { dom };
}

function closeTooltip(view: EditorView): boolean {
  if (!view.state.field(tooltip)) return false;
  view.dispatch({ effects: setTooltip.of(null) });
  return true;
}

function closeWhenTyping(update: ViewUpdate): void {
  const open = update.state.field(tooltip);
  if (open && (update.docChanged || update.selectionSet)) queueMicrotask(() => closeTooltip(update.view));
}

/** Text without the escape sequences of terminals. */
export function withoutAnsi(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
  return text.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, "");
}
