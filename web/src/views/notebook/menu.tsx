/** A button with a menu: arrow keys, Esc and a press elsewhere do what one expects. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren, VNode } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Icon, type IconName } from "./icon.tsx";

export interface MenuItem<T> {
  readonly value: T;
  readonly label: string;
  readonly keys?: string;
  readonly checked?: boolean;
  readonly disabled?: boolean;
}

interface MenuProps<T> {
  readonly label: string;
  readonly icon?: IconName;
  /** What the button shows beside or instead of its icon. */
  readonly children?: ComponentChildren;
  /** What is offered, when it is opened. */
  items(): Promise<readonly MenuItem<T>[]>;
  onChoose(value: T): void;
}

export function Menu<T>({ label, icon, children, items, onChoose }: MenuProps<T>): VNode {
  const shown = useSignal<readonly MenuItem<T>[] | null>(null);
  const root = useRef<HTMLDivElement>(null);
  const id = useId();
  useEffect(() => closeElsewhere(root.current, () => (shown.value = null)), [shown]);
  useEffect(() => {
    root.current?.querySelector<HTMLElement>("[role^=menuitem]:not(:disabled)")?.focus({ preventScroll: true });
  }, [shown.value]);
  const choose = (item: MenuItem<T>) => {
    close();
    onChoose(item.value);
  };
  const close = () => {
    shown.value = null;
    root.current?.querySelector("button")?.focus({ preventScroll: true });
  };
  const open = async () => {
    shown.value = [];
    const found = await items().catch(() => null); // offline: another press tries again
    if (shown.value) shown.value = found;
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys come from the button and the items within
    <div class="menu" ref={root} onKeyDown={(event) => shown.value && onKey(event, close)}>
      <button
        type="button"
        class="tool"
        title={label}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={shown.value !== null}
        aria-controls={id}
        onClick={() => (shown.value ? close() : void open())}
      >
        {children}
        {icon && <Icon name={icon} />}
      </button>
      {shown.value && (
        <div class="menu-items" role="menu" id={id} aria-label={label}>
          {shown.value.map((item) => (
            <Item key={item.label} item={item} onChoose={() => choose(item)} />
          ))}
        </div>
      )}
    </div>
  );
}

function Item<T>({ item, onChoose }: { readonly item: MenuItem<T>; onChoose(): void }): VNode {
  const checked = item.checked !== undefined && { role: "menuitemradio" as const, "aria-checked": item.checked };
  return (
    <button
      type="button"
      role="menuitem"
      {...checked}
      tabIndex={-1}
      disabled={item.disabled ?? false}
      onClick={onChoose}
    >
      <span>{item.label}</span>
      {item.checked && <Icon name="check" />}
      {item.keys && <kbd>{item.keys}</kbd>}
    </button>
  );
}

function onKey(event: KeyboardEvent, close: () => void): void {
  const menu = event.currentTarget as HTMLElement;
  const items = [...menu.querySelectorAll<HTMLElement>("[role^=menuitem]:not(:disabled)")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const to: Readonly<Record<string, number>> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 };
  event.stopPropagation();
  if (event.key === "Escape" || event.key === "Tab") close();
  else if (event.key in to) items.at((to[event.key] ?? 0) % items.length)?.focus();
  else return;
  event.preventDefault();
}

function closeElsewhere(root: HTMLElement | null, close: () => void): () => void {
  const listener = (event: Event) => {
    if (event.target instanceof Node && !root?.contains(event.target)) close();
  };
  document.addEventListener("pointerdown", listener);
  document.addEventListener("focusin", listener);
  return () => {
    document.removeEventListener("pointerdown", listener);
    document.removeEventListener("focusin", listener);
  };
}
