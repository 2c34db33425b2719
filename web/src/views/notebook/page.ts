/** What the views of one notebook share. */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { CellEditor } from "../../editor/cell-editor.ts";
import { type Present, watchPeople } from "../../editor/people.ts";
import { CommLog } from "../../outputs/comm-log.ts";
import type { OutputContext } from "../../outputs/context.ts";
import type { LiveDocument } from "../../state/document.ts";
import type { Command } from "../../state/notebook-command-names.ts";
import { perform } from "../../state/notebook-commands.ts";
import { OpenNotebook } from "../../state/notebook-open.ts";
import type { EditorContext } from "../editors.ts";
import { Idle, Nearness } from "./nearness.ts";
import type { StandIn } from "./stand-in.ts";

export class Page {
  readonly open: OpenNotebook;
  readonly outputs: OutputContext;
  /** The other pages that show this notebook. */
  readonly people: ReadonlySignal<readonly Present[]>;
  /** Cells far from the visible part are drawn, too: the page is printed, exported, or grows with its content. */
  readonly drawsAll: ReadonlySignal<boolean>;
  private readonly complete = signal(false);
  readonly nearness = new Nearness();
  readonly idle = new Idle();
  private readonly endPeople: () => void;
  /** Editors of the cells that have one now, or what stands in for it. */
  readonly editors = new Map<string, CellEditor | StandIn>();

  constructor(
    readonly document: LiveDocument,
    readonly context: EditorContext,
  ) {
    this.open = new OpenNotebook(document);
    this.outputs = { ...context, document };
    CommLog.of(document); // hears of widgets before the first of them is shown
    const { people, end } = watchPeople(document.awareness);
    this.drawsAll = computed(() => this.complete.value || context.natural.value);
    this.people = people;
    this.endPeople = end;
  }

  perform(command: Command): void {
    const cuts = () => this.editors.get(this.open.selection.active.peek() ?? "")?.cuts() ?? [];
    perform(this.open, command, { cuts });
  }

  /** Have all cells drawn, from now on. */
  drawAll(): void {
    this.complete.value = true;
  }

  dispose(): void {
    this.endPeople();
    this.nearness.dispose();
    this.idle.dispose();
    this.open.dispose();
  }
}

export const PageContext = createContext<Page | null>(null);

/** Only within a `PageContext`. */
export function usePage(): Page {
  const page = useContext(PageContext);
  if (!page) throw new Error("no notebook around this view");
  return page;
}
