/** The palette, in which one finds what can be done by a few letters, and the list of keys. */
import "./palette.css";
import type { VNode } from "preact";
import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import type { Overlay, SiteCommand } from "../commands.ts";
import { useSite } from "../site.ts";
import { common } from "../strings/common.ts";
import { palette as words } from "../strings/palette.ts";
import { Dialog, Skeleton } from "../ui/ui.tsx";
import { findFitting } from "./fuzzy.ts";
import { siteCommands } from "./site-commands.ts";

interface OverlaysProps {
  readonly which: Overlay;
  show(which: Overlay): void;
  close(): void;
}

export function Overlays({ which, show, close }: OverlaysProps): VNode {
  const site = useSite();
  const [commands, setCommands] = useState<readonly SiteCommand[] | null>(null);
  useEffect(() => {
    const all = Promise.all([site.commands.all(), siteCommands(site)]);
    void all.then(([here, everywhere]) => setCommands([...here, ...everywhere]));
  }, [site]);
  if (which === "keys") return <Keys commands={commands ?? []} close={close} />;
  const keys: SiteCommand = { name: words.showKeys(), keys: "?", run: () => show("keys") };
  return (
    <Dialog title={words.title()} onClose={close}>
      <Palette commands={commands && [...commands, keys]} />
    </Dialog>
  );
}

const SHOWN = 50;

/** One may type before it is known what there is. */
function Palette({ commands }: { readonly commands: readonly SiteCommand[] | null }): VNode {
  const [letters, setLetters] = useState("");
  const [chosen, setChosen] = useState(0);
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const textOf = ({ name, about = "" }: SiteCommand): string => `${name} ${about}`;
  const found = useMemo(() => findFitting(letters, commands ?? [], textOf).slice(0, SHOWN), [letters, commands]);
  useEffect(() => input.current?.focus(), []);
  useEffect(() => document.getElementById(`${id}-${chosen}`)?.scrollIntoView({ block: "nearest" }), [id, chosen]);
  /** After the dialog has gone, which gives the focus back to where it was. */
  const run = (command: SiteCommand | undefined): void => {
    if (command === undefined) return;
    const dialog = input.current?.closest("dialog");
    dialog?.addEventListener("close", () => setTimeout(() => void command.run()), { once: true });
    dialog?.close();
  };
  const onKey = (event: KeyboardEvent): void => {
    const to: Readonly<Record<string, number>> = { ArrowDown: chosen + 1, ArrowUp: chosen - 1 };
    if (event.key === "Enter") run(found[chosen]);
    else if (event.key in to && found.length > 0) setChosen(((to[event.key] ?? 0) + found.length) % found.length);
    else return;
    event.preventDefault();
  };
  return (
    <div class="palette">
      <input
        ref={input}
        class="search"
        type="text"
        role="combobox"
        aria-label={words.find()}
        placeholder={words.find()}
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={found.length > 0 ? `${id}-${chosen}` : undefined}
        autocomplete="off"
        spellcheck={false}
        value={letters}
        onInput={(event) => {
          setLetters(event.currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={onKey}
      />
      <p class="visually-hidden" role="status">
        {words.found({ count: found.length })}
      </p>
      {commands === null && <Skeleton rows={6} />}
      {commands !== null && found.length === 0 && <p>{words.nothing()}</p>}
      <div id={id} role="listbox" aria-label={words.find()} class="palette-list">
        {found.map((command, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive lint/a11y/useKeyWithClickEvents: keys are those of the input
          <div
            key={`${index} ${textOf(command)}`}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === chosen}
            onClick={() => run(command)}
          >
            <span>{command.name}</span>
            {command.about && <small>{command.about}</small>}
            {command.keys && <kbd>{command.keys}</kbd>}
          </div>
        ))}
      </div>
    </div>
  );
}

function Keys({ commands, close }: { readonly commands: readonly SiteCommand[]; close(): void }): VNode {
  const everywhere: readonly (readonly [string, string])[] = [
    ["Ctrl+Shift+P, Ctrl+K", words.open()],
    ["?", words.showKeys()],
    ["Esc", common.close()],
  ];
  const here = commands.flatMap(({ keys, name }) => (keys === undefined ? [] : [[keys, name] as const]));
  return (
    <Dialog title={words.keys()} onClose={close}>
      <KeyTable title={words.everywhere()} rows={everywhere} />
      {here.length > 0 && <KeyTable title={words.here()} rows={here} />}
    </Dialog>
  );
}

interface KeyTableProps {
  readonly title: string;
  readonly rows: readonly (readonly [keys: string, name: string])[];
}

function KeyTable({ title, rows }: KeyTableProps): VNode {
  return (
    <section>
      <h3>{title}</h3>
      <dl class="key-table">
        {rows.map(([keys, name]) => (
          <div key={name}>
            <dt>
              {keys.split(", ").map((one) => (
                <kbd key={one}>{one.replaceAll("Mod-", "Ctrl+").replaceAll("-", "+")}</kbd>
              ))}
            </dt>
            <dd>{name}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
