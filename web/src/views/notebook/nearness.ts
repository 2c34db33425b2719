/** What is near the visible part of the page, and work that waits until nothing else is to be done. */

/** Within a screenful of what is seen. */
const MARGIN = "100% 0px";

export class Nearness {
  private readonly listeners = new WeakMap<Element, (near: boolean) => void>();
  private readonly observer = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) this.listeners.get(entry.target)?.(entry.isIntersecting);
    },
    { rootMargin: MARGIN },
  );

  /** Tell now and on each change whether the element is near; returns what ends it. */
  watch(element: Element, listener: (near: boolean) => void): () => void {
    this.listeners.set(element, listener);
    this.observer.observe(element);
    return () => this.observer.unobserve(element);
  }

  dispose(): void {
    this.observer.disconnect();
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
