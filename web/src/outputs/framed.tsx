/** Outputs in a sandboxed frame, which exists only while it is near what is seen. */
import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { FrameItem } from "../frame/protocol.ts";
import { say } from "../state/say.ts";
import type { OutputContext } from "./context.ts";
import { FrameHost } from "./frame-host.ts";
import { pagePool } from "./frame-pool.ts";

export interface FramedProps {
  readonly items: readonly FrameItem[];
  readonly title: string;
  readonly context: OutputContext;
}

const MARGIN = "800px";
const UNKNOWN_HEIGHT = 32;

export function Framed({ items, title, context }: FramedProps): VNode {
  const element = useRef<HTMLDivElement>(null);
  const slot = useRef<FrameSlot | null>(null);
  const [left, setLeft] = useState(false);
  const shown = useRef(items);
  if (!isSame(shown.current, items)) shown.current = items;
  useEffect(() => {
    if (!element.current) return;
    const opened = new FrameSlot(element.current, title, context, () => setLeft(true));
    slot.current = opened;
    return () => opened.dispose();
  }, [title, context]);
  useEffect(() => {
    setLeft(false);
    slot.current?.show(shown.current);
  }, [shown.current, title, context]);
  return (
    <div class="output-frame" ref={element}>
      {left && (
        <p class="output-notice">{say("This output wanted to open another page in its place, and was taken away.")}</p>
      )}
    </div>
  );
}

function isSame(before: readonly FrameItem[], after: readonly FrameItem[]): boolean {
  return before.length === after.length && before.every((item, index) => item === after[index]);
}

/** The place of a frame: makes it when it comes near, and again after it has been evicted. */
class FrameSlot {
  readonly #element: HTMLElement;
  readonly #title: string;
  readonly #context: OutputContext;
  readonly #left: () => void;
  readonly #watcher: IntersectionObserver;
  #items: readonly FrameItem[] = [];
  #host: FrameHost | null = null;
  /** The frame left with what is shown; only other outputs get a new one. */
  #gone = false;
  near = false;

  constructor(element: HTMLElement, title: string, context: OutputContext, left: () => void) {
    this.#element = element;
    this.#title = title;
    this.#context = context;
    this.#left = left;
    this.#element.style.height = `${UNKNOWN_HEIGHT}px`;
    const margins = { rootMargin: MARGIN, scrollMargin: MARGIN };
    this.#watcher = new IntersectionObserver(
      (entries) => this.#moved(entries.at(-1)?.isIntersecting ?? false),
      margins,
    );
    this.#watcher.observe(element);
  }

  show(items: readonly FrameItem[]): void {
    this.#items = items;
    this.#gone = false;
    if (this.#host && !this.#host.takes(items)) this.#drop();
    if (this.near) this.#settle();
    else this.#host?.show(items);
  }

  evict(): void {
    this.#drop();
  }

  dispose(): void {
    this.#watcher.disconnect();
    pagePool.leave(this);
    this.#drop();
  }

  #moved(near: boolean): void {
    this.near = near;
    if (near) this.#settle();
  }

  /** The old height stays until the new frame tells its own, so that nothing jumps. */
  #settle(): void {
    if (this.#gone) return;
    pagePool.admit(this);
    this.#host ??= new FrameHost(this.#element, this.#title, this.#context, {
      height: (height) => {
        this.#element.style.height = `${height}px`;
      },
      left: () => this.#lost(),
    });
    this.#host.show(this.#items);
  }

  #lost(): void {
    pagePool.leave(this);
    this.#host = null;
    this.#gone = true;
    this.#element.style.height = "auto";
    this.#left();
  }

  #drop(): void {
    this.#host?.dispose();
    this.#host = null;
  }
}
