/** Tells the parent page how high the content is, for frames that grow with it. */
import { effect } from "@preact/signals";
import type { Page } from "../state/page.ts";
import type { Parent } from "./parent.ts";

const LEAST_PX = 50;
const MOST_PX = 20_000;
const STEP_PX = 2;
const EVERY_MS = 100;

interface Size {
  readonly height: number;
  readonly width: number;
}

const NO_SIZE: Size = { height: 0, width: 0 };

/** Watch the element with the content while the page has its natural height; returns what ends it. */
export function tellSize(page: Page, parent: Parent, content: HTMLElement): () => void {
  let last = NO_SIZE;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tell = (): void => {
    timer = undefined;
    const file = page.files.front.peek();
    const shown = file?.shown.peek();
    if (!file || !shown) return;
    const beside = content.clientHeight - (content.firstElementChild?.clientHeight ?? 0);
    const size = { height: bounded(shown.naturalHeight() + beside), width: bounded(content.clientWidth) };
    if (Math.max(Math.abs(size.height - last.height), Math.abs(size.width - last.width)) < STEP_PX) return;
    last = size;
    parent.tell({ event: "resize", project_id: file.projectId, path: file.path, ...size });
    if (page.address.resize === "lti") parent.send({ subject: "lti.frameResize", height: size.height });
  };
  const changed = (): void => {
    timer ??= setTimeout(tell, EVERY_MS);
  };
  const observer = new ResizeObserver(changed);
  const stop = effect(() => {
    observer.disconnect();
    last = NO_SIZE;
    if (page.natural.value && page.files.front.value?.shown.value) observer.observe(content); // reports at once
  });
  return () => {
    stop();
    observer.disconnect();
    clearTimeout(timer);
  };
}

const bounded = (px: number): number => Math.min(Math.max(Math.ceil(px), LEAST_PX), MOST_PX);
