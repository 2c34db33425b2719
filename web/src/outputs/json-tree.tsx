/** JSON as a tree that unfolds; branches are drawn when they are opened. */
import type { VNode } from "preact";
import { useState } from "preact/hooks";

const PAGE = 100;

interface BranchProps {
  readonly name: string | null;
  readonly value: unknown;
  readonly open?: boolean;
}

export function JsonTree({ value }: { readonly value: unknown }): VNode {
  return (
    <div class="output-json">
      <Branch name={null} value={value} open />
    </div>
  );
}

function Branch({ name, value, open = false }: BranchProps): VNode {
  const [opened, setOpened] = useState(open);
  if (typeof value !== "object" || value === null) return <Leaf name={name} value={value} />;
  const entries = entriesOf(value);
  const brackets = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  if (entries.length === 0) return <Leaf name={name} value={value} />;
  return (
    <details open={opened} onToggle={(event) => setOpened(event.currentTarget.open)}>
      <summary>
        <Name name={name} /> <span class="json-size">{brackets}</span>
      </summary>
      {opened && <Entries entries={entries} />}
    </details>
  );
}

/** Sorted by name, as a shared document keeps no order of its own. */
function entriesOf(value: object): readonly (readonly [string, unknown])[] {
  const entries = Object.entries(value);
  return Array.isArray(value) ? entries : entries.sort(([a], [b]) => a.localeCompare(b, undefined, { numeric: true }));
}

function Entries({ entries }: { readonly entries: readonly (readonly [string, unknown])[] }): VNode {
  const [shown, setShown] = useState(PAGE);
  return (
    <ul>
      {entries.slice(0, shown).map(([name, value]) => (
        <li key={name}>
          <Branch name={name} value={value} />
        </li>
      ))}
      {shown < entries.length && (
        <li>
          <button type="button" onClick={() => setShown(shown + 10 * PAGE)}>
            {entries.length - shown} more
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
