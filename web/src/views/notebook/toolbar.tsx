/** What can be done with the active cell, by pointer or touch. */
import type { VNode } from "preact";
import type { CellState } from "../../state/notebook-cells.ts";
import type { Command } from "../../state/notebook-command-names.ts";
import { say } from "../../state/say.ts";
import { fetchLater } from "./dialogs.ts";
import { Icon, type IconName } from "./icon.tsx";
import { Menu } from "./menu.tsx";
import { usePage } from "./page.ts";

interface ToolbarProps {
  readonly state: CellState;
  readonly index: number;
  readonly count: number;
}

export function CellToolbar({ state, index, count }: ToolbarProps): VNode | null {
  const page = usePage();
  if (!page.open.mayEdit.value) return null;
  const type = (event: { currentTarget: HTMLSelectElement }) =>
    page.perform(`to-${event.currentTarget.value}` as Command);
  return (
    <div class="cell-toolbar" role="toolbar" aria-label={say("Cell")}>
      <Handle />
      <select aria-label={say("Type of the cell")} value={state.type} onChange={type}>
        <option value="code">{say("Code")}</option>
        <option value="markdown">{say("Text")}</option>
        <option value="raw">{say("Raw")}</option>
      </select>
      <Tool command="move-up" icon="up" label={say("Move up")} disabled={index === 0} />
      <Tool command="move-down" icon="down" label={say("Move down")} disabled={index === count - 1} />
      <Tool command="insert-above" icon="above" label={say("Insert above")} />
      <Tool command="insert-below" icon="below" label={say("Insert below")} />
      <Tool command="delete" icon="delete" label={say("Delete")} />
      <Menu
        label={say("More for this cell")}
        icon="more"
        items={async () => (await fetchLater()).cellChoices(state)}
        onChoose={(command) => page.perform(command)}
      />
    </div>
  );
}

/** Not for keyboards, which have the commands that move cells. */
function Handle(): VNode {
  const page = usePage();
  const grab = (event: PointerEvent & { readonly currentTarget: HTMLElement }) => {
    event.preventDefault(); // the press of a mouse would select the cell alone
    const { currentTarget: handle } = event;
    void fetchLater().then(({ drag }) => drag(page, handle, event));
  };
  return (
    <button
      type="button"
      class="tool grip"
      title={say("Drag to move")}
      aria-label={say("Drag to move")}
      tabIndex={-1}
      onPointerDown={grab}
    >
      <Icon name="grip" />
    </button>
  );
}

interface ToolProps {
  readonly command: Command;
  readonly icon: IconName;
  readonly label: string;
  readonly keys?: string;
  readonly disabled?: boolean;
  /** Only where there is room. */
  readonly wide?: boolean;
}

/** A button for a command. */
export function Tool({ command, icon, label, keys, disabled = false, wide = false }: ToolProps): VNode {
  const page = usePage();
  return (
    <button
      type="button"
      class={wide ? "tool wide" : "tool"}
      title={keys ? `${label} (${keys})` : label}
      aria-label={label}
      disabled={disabled}
      onClick={() => page.perform(command)}
    >
      <Icon name={icon} />
    </button>
  );
}
