/** The tabs of a project's open files. They are links to the files, so each has an address and a history. */
import "./tab-bar.css";
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { tabs as words } from "../../strings/tabs.ts";
import { useProject } from "./context.ts";
import { tabNames } from "./tabs.ts";

/** Keys that move a tab, with Alt and Shift. */
const STEPS: ReadonlyMap<string, number> = new Map([
  ["ArrowLeft", -1],
  ["ArrowRight", 1],
]);

export function TabBar(): VNode | null {
  const { tabs, place } = useProject();
  const paths = tabs.paths.value;
  const dragged = useRef<string | null>(null);
  if (paths.length === 0) return null;
  const names = tabNames(paths);
  const { section, path: front } = place.value;
  return (
    <nav class="tab-bar" aria-label={words.openFiles()}>
      <ol>
        {paths.map((path, index) => (
          <Tab
            key={path}
            path={path}
            index={index}
            {...(names.get(path) ?? { name: path, folder: "" })}
            isFront={section === "editors" && path === front}
            dragged={dragged}
          />
        ))}
      </ol>
    </nav>
  );
}

interface TabProps {
  readonly path: string;
  readonly index: number;
  readonly name: string;
  readonly folder: string;
  readonly isFront: boolean;
  /** The path of the tab that is being dragged. */
  readonly dragged: { current: string | null };
}

function Tab({ path, index, name, folder, isFront, dragged }: TabProps): VNode {
  const here = useProject();
  const { tabs, live, id } = here;
  const element = useRef<HTMLLIElement>(null);
  const close = (): void => here.close(path);
  const isDirty = live.files.find(id, path)?.dirty.value ?? false;
  useEffect(() => {
    if (isFront) element.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [isFront]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.altKey && event.shiftKey ? STEPS.get(event.key) : undefined;
    if (event.key === "Delete") close();
    else if (step !== undefined) tabs.move(path, index + step);
    else return;
    event.preventDefault();
  };
  return (
    <li
      ref={element}
      class="tab"
      data-front={isFront ? "" : undefined}
      onKeyDown={onKeyDown}
      onAuxClick={(event) => {
        if (event.button !== 1) return;
        event.preventDefault();
        close();
      }}
      onDragStart={() => {
        dragged.current = path;
      }}
      onDragEnd={() => {
        dragged.current = null;
      }}
      onDragOver={(event) => {
        if (dragged.current === null) return;
        event.preventDefault();
        tabs.move(dragged.current, index);
      }}
      onDrop={(event) => event.preventDefault()}
    >
      <a
        href={here.href(`files/${path}`)}
        title={path}
        aria-current={isFront ? "page" : undefined}
        aria-keyshortcuts="Delete Alt+Shift+ArrowLeft Alt+Shift+ArrowRight"
      >
        {name}
        {folder && <small class="tab-folder"> {folder}</small>}
        {isDirty && (
          <span class="tab-dirty">
            <span class="visually-hidden">{words.unsaved()}</span>
          </span>
        )}
      </a>
      <button
        type="button"
        class="tab-close"
        aria-label={words.close({ name })}
        title={words.closeHint()}
        onClick={close}
      >
        ×
      </button>
    </li>
  );
}
