/** The list of keyboard shortcuts. */
import "./shortcuts.css";
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { COMMANDS, type Command } from "../../state/notebook-command-names.ts";
import { COMMAND_KEYS, EDIT_KEYS } from "../../state/notebook-keys.ts";
import { type Sentence, say } from "../../state/say.ts";
import { usePage } from "./page.ts";
import { isMac } from "./platform.ts";

export function Shortcuts(): VNode {
  const { open } = usePage();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.show(), []);
  useEffect(() => dialog.current?.querySelector("button")?.focus({ preventScroll: true }), []);
  return (
    <dialog
      class="shortcuts"
      ref={dialog}
      aria-labelledby="shortcuts-title"
      onKeyDown={(event) => event.key === "Escape" && open.close()}
    >
      <header>
        <h2 id="shortcuts-title">{say("Keyboard shortcuts")}</h2>
        <button type="button" onClick={() => open.close()}>
          {say("Close")}
        </button>
      </header>
      <Keys title={say("Command mode (press Esc)")} table={COMMAND_KEYS} />
      <Keys title={say("Edit mode (press Enter)")} table={{ ...EDIT_KEYS }} more={EDITING} />
    </dialog>
  );
}

const EDITING: readonly (readonly [string, Sentence])[] = [
  ["Tab", "Complete, or indent"],
  ["Shift-Tab", "Tell about the name at the cursor, or indent less"],
  ["Mod-/", "Comment or uncomment"],
  ["Mod-z", "Take back what was typed"],
  ["Mod-Shift-z", "Type it again"],
  ["Escape", "To command mode"],
];

interface KeysProps {
  readonly title: string;
  readonly table: Readonly<Record<string, Command>>;
  readonly more?: readonly (readonly [string, Sentence])[];
}

function Keys({ title, table, more = [] }: KeysProps): VNode {
  const byCommand = new Map<Command, string[]>();
  for (const [keys, command] of Object.entries(table)) {
    if (keys !== "Ctrl-Enter" || isMac()) byCommand.set(command, [...(byCommand.get(command) ?? []), keys]);
  }
  const rows = [...byCommand].map(([command, keys]) => [keys, COMMANDS[command]] as const);
  return (
    <section>
      <h3>{title}</h3>
      <dl>
        {[...rows, ...more.map(([keys, text]) => [[keys], text] as const)].map(([keys, text]) => (
          <div key={text}>
            <dt>
              {keys.map((one) => (
                <kbd key={one}>{written(one)}</kbd>
              ))}
            </dt>
            <dd>{say(text)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Keys as keyboards name them. */
function written(keys: string): string {
  return keys
    .replace("Mod-", isMac() ? "⌘ " : "Ctrl-")
    .replace("Ctrl-", `${say("Ctrl")}+`)
    .replace("Shift-", `${say("Shift")}+`)
    .replace(/(Alt|Meta)-/, "$1+")
    .replace("ArrowUp", say("Up"))
    .replace("ArrowDown", say("Down"))
    .replaceAll(/\b[a-z]\b/g, (key) => key.toUpperCase());
}
