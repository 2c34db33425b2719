/** The few components of which all pages of the site are made; `ui.css` is how they look. */
import "./ui.css";
import type { ComponentChildren, JSX, VNode } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { common } from "../strings/common.ts";
import type { Toast, Toasts } from "./toasts.ts";
import type { Loaded, Loading } from "./work.ts";

interface FieldProps extends Omit<JSX.IntrinsicElements["input"], "label"> {
  readonly label: string;
  readonly value: string;
  readonly hint?: string | undefined;
  readonly problem?: string | null | undefined;
  onText(text: string): void;
}

/** A line of text with its label, and what is wrong with it. */
export function Field({ label, hint, problem, onText, ...input }: FieldProps): VNode {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        {...(input as JSX.IntrinsicElements["input"])}
        id={id}
        aria-invalid={problem ? true : undefined}
        aria-describedby={problem || hint ? `${id}-note` : undefined}
        onInput={(event) => onText(event.currentTarget.value)}
      />
      {(problem || hint) && (
        <p id={`${id}-note`} class={problem ? "field-problem" : "field-hint"}>
          {problem || hint}
        </p>
      )}
    </div>
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  onChoice(value: T): void;
}

/** One of a few. */
export function Choice<T extends string>({ label, value, options, onChoice }: ChoiceProps<T>): VNode {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChoice(event.currentTarget.value as T)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  );
}

/** What went wrong with what one has just asked for. */
export function Problem({ text }: { readonly text: string | null }): VNode | null {
  return text === null ? null : (
    <p class="problem" role="alert">
      {text}
    </p>
  );
}

/** Nothing is there yet: what this place is for, and what to do next. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ComponentChildren }): VNode {
  return (
    <section class="empty-state">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** The outline of rows that are on their way. */
export function Skeleton({ rows = 5 }: { readonly rows?: number }): VNode {
  return (
    <div class="skeleton-rows" role="status" aria-label={common.loading()}>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} />
      ))}
    </div>
  );
}

interface LoadedViewProps<T> {
  readonly of: Loading<T>;
  readonly rows?: number;
  children(value: T): ComponentChildren;
}

/** What is loaded: its outline until it is here, or why it is not and a way to try again. */
export function LoadedView<T>({ of, rows, children }: LoadedViewProps<T>): VNode {
  const now: Loaded<T> = of.now.value;
  if (now.state === "loading") return <Skeleton {...(rows !== undefined && { rows })} />;
  if (now.state === "here") return <>{children(now.value)}</>;
  return (
    <div class="problem" role="alert">
      <p>{now.problem}</p>
      <button type="button" onClick={() => of.reload()}>
        {common.tryAgain()}
      </button>
    </div>
  );
}

/** How far something long is; `done` from 0 to 1, or null if that cannot be told. */
export function Progress({ label, done }: { readonly label: string; readonly done: number | null }): VNode {
  return <progress class="progress" aria-label={label} max={1} {...(done !== null && { value: done })} />;
}

interface DialogProps {
  readonly title: string;
  readonly children: ComponentChildren;
  onClose(): void;
}

/** A question or a form in front of the page; Esc and a press beside it close it. */
export function Dialog({ title, children, onClose }: DialogProps): VNode {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => element.current?.showModal(), []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Esc closes it
    <dialog
      ref={element}
      class="dialog"
      aria-labelledby={id}
      onClose={onClose}
      onClick={({ target, currentTarget }) => target === currentTarget && currentTarget.close()}
    >
      <div class="dialog-content">
        <h2 id={id}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

interface MenuProps {
  readonly label: ComponentChildren;
  readonly name?: string;
  readonly children: ComponentChildren;
}

/** A button that opens a list of buttons and links; it closes when one of them is pressed. */
export function Menu({ label, name, children }: MenuProps): VNode {
  const element = useRef<HTMLDetailsElement>(null);
  const close = (): void => element.current?.removeAttribute("open");
  useEffect(() => {
    const outside = (event: Event) =>
      event.target instanceof Node && !element.current?.contains(event.target) && close();
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  });
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    close();
    element.current?.querySelector("summary")?.focus();
  };
  return (
    <details
      class="menu"
      ref={element}
      onKeyDown={onKey}
      onToggle={({ currentTarget }) => bringIntoWindow(currentTarget)}
    >
      <summary class="button" aria-label={name}>
        {label}
      </summary>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/noStaticElementInteractions: presses come from its buttons */}
      <div class="menu-items" onClick={close}>
        {children}
      </div>
    </details>
  );
}

/** What a menu shows ends where its button does, unless it would then begin outside the window. */
function bringIntoWindow(menu: HTMLDetailsElement): void {
  const items = menu.querySelector<HTMLElement>(".menu-items");
  if (items === null) return;
  items.style.translate = "";
  items.style.translate = `${Math.max(0, -items.getBoundingClientRect().left)}px`;
}

/** A secret or an address with a button that copies it. */
export function Copyable({ text, label }: { readonly text: string; readonly label: string }): VNode {
  const button = useRef<HTMLButtonElement>(null);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    if (button.current) button.current.textContent = common.copied();
  };
  return (
    <div class="copyable">
      <code>
        <span class="visually-hidden">{label}: </span>
        {text}
      </code>
      <button type="button" ref={button} onClick={() => void copy()}>
        {common.copy()}
      </button>
    </div>
  );
}

/** Messages at the edge of the page, newest last. */
export function ToastList({ toasts }: { readonly toasts: Toasts }): VNode {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.shown.value.map((toast, index) => (
        <ToastView key={index} toast={toast} dismiss={() => toasts.dismiss(toast)} />
      ))}
    </div>
  );
}

function ToastView({ toast, dismiss }: { readonly toast: Toast; dismiss(): void }): VNode {
  const { action } = toast;
  const act = (): void => {
    dismiss();
    action?.act();
  };
  return (
    <div class={`toast toast-${toast.tone}`}>
      <span>{toast.text}</span>
      {action && (
        <button type="button" onClick={act}>
          {action.label}
        </button>
      )}
      <button type="button" class="quiet" aria-label={common.close()} onClick={dismiss}>
        ×
      </button>
    </div>
  );
}
