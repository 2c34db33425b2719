/** JSON as a tree that unfolds; branches are drawn when they are opened. */
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { say } from "../state/say.ts";

const PAGE = 100;
/** What is expanded must not be more than this, in entries and in levels. */
const MOST_ENTRIES = 1000;
const MOST_LEVELS = 20;

interface BranchProps {
  readonly name: string | null;
  readonly value: unknown;
  /** How many levels, from this one on, are open at first. */
  readonly levels?: number;
}

/** `expanded` is what the metadata of the output say, as Jupyter has it; without it, the first level is open. */
export function JsonTree({ value, expanded }: { readonly value: unknown; readonly expanded: unknown }): VNode {
  return (
    <div class="output-json">
      <Branch name={null} value={value} levels={expanded === true ? levelsOf(value) : expanded === false ? 0 : 1} />
    </div>
  );
}

/** As many levels as there are, or as may be open without being too much. */
function levelsOf(value: unknown): number {
  let level = [value];
  for (let levels = 0, entries = 0; levels < MOST_LEVELS; levels += 1) {
    level = level.flatMap((one) => (typeof one === "object" && one !== null ? Object.values(one) : []));
    entries += level.length;
    if (level.length === 0 || entries > MOST_ENTRIES) return Math.max(1, levels);
  }
  return MOST_LEVELS;
}

function Branch({ name, value, levels = 0 }: BranchProps): VNode {
  const [opened, setOpened] = useState(levels > 0);
  if (typeof value !== "object" || value === null) return <Leaf name={name} value={value} />;
  const entries = entriesOf(value);
  const brackets = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  if (entries.length === 0) return <Leaf name={name} value={value} />;
  return (
    <details open={opened} onToggle={(event) => setOpened(event.currentTarget.open)}>
      <summary>
        <Name name={name} /> <span class="json-size">{brackets}</span>
      </summary>
      {opened && <Entries entries={entries} levels={levels - 1} />}
    </details>
  );
}

/** Sorted by name, as a shared document keeps no order of its own. */
function entriesOf(value: object): readonly (readonly [string, unknown])[] {
  const entries = Object.entries(value);
  return Array.isArray(value) ? entries : entries.sort(([a], [b]) => a.localeCompare(b, undefined, { numeric: true }));
}

interface EntriesProps {
  readonly entries: readonly (readonly [string, unknown])[];
  readonly levels: number;
}

function Entries({ entries, levels }: EntriesProps): VNode {
  const [shown, setShown] = useState(PAGE);
  return (
    <ul>
      {entries.slice(0, shown).map(([name, value]) => (
        <li key={name}>
          <Branch name={name} value={value} levels={levels} />
        </li>
      ))}
      {shown < entries.length && (
        <li>
          <button type="button" onClick={() => setShown(shown + 10 * PAGE)}>
            {say("{count} more", { count: entries.length - shown })}
          </button>
        </li>
      )}
    </ul>
  );
}

function Leaf({ name, value }: BranchProps): VNode {
  return (
    <div class="json-leaf">
      <Name name={name} /> <span class={`json-${value === null ? "null" : typeof value}`}>{JSON.stringify(value)}</span>
    </div>
  );
}

function Name({ name }: { readonly name: string | null }): VNode | null {
  return name === null ? null : <span class="json-name">{name}:</span>;
}
