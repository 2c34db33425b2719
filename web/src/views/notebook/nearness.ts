/** What is near the visible part of the page, and work that waits until nothing else is to be done. */
import { scrollerOf } from "./scroll.ts";

/** Within a screenful of what is seen. */
const MARGIN = "100% 0px";

export class Nearness {
  private readonly listeners = new WeakMap<Element, (near: boolean) => void>();
  private observer: IntersectionObserver | null = null;

  /** Tell now and on each change whether the element is near; returns what ends it. */
  watch(element: Element, listener: (near: boolean) => void): () => void {
    this.listeners.set(element, listener);
    this.observer ??= this.observe(element);
    const { observer } = this;
    observer.observe(element);
    return () => observer.unobserve(element);
  }

  dispose(): void {
    this.observer?.disconnect();
  }

  /** The area that scrolls is named, because margins around the window do not count in frames of other sites. */
  private observe(element: Element): IntersectionObserver {
    const tell = (entries: readonly IntersectionObserverEntry[]): void => {
      for (const entry of entries) this.listeners.get(entry.target)?.(entry.isIntersecting);
    };
    return new IntersectionObserver(tell, { root: scrollerOf(element), rootMargin: MARGIN });
  }
}

export class Idle {
  private readonly tasks = new Set<() => void>();
  private waiting = false;

  /** Do this once there is time; returns what takes it back. */
  add(task: () => void): () => void {
    this.tasks.add(task);
    if (!this.waiting) this.wait();
    return () => void this.tasks.delete(task);
  }

  dispose(): void {
    this.tasks.clear();
  }

  /** One task at a time: what the user does goes first. */
  private work(): void {
    const [task] = this.tasks;
    this.waiting = false;
    if (!task) return;
    this.tasks.delete(task);
    task();
    if (this.tasks.size > 0) this.wait();
  }

  private wait(): void {
    this.waiting = true;
    whenIdle(() => this.work());
  }
}

function whenIdle(work: () => void): void {
  if ("requestIdleCallback" in window) requestIdleCallback(work, { timeout: 2000 });
  else setTimeout(work, 30); // Safari
}
