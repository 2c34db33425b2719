/** What the parent page is told without having asked. */
import { effect, type ReadonlySignal, untracked } from "@preact/signals";
import type { Right } from "../state/document.ts";
import type { OpenFile } from "../state/open-file.ts";
import type { Page } from "../state/page.ts";
import type { SharedDocument } from "../state/shared-document.ts";
import type { Scope } from "../wire/sessions.ts";
import type { Parent } from "./parent.ts";
import { ACTIONS, type Action, PROTOCOL } from "./protocol.ts";

/** Tell the parent page what happens from now on; returns what ends it. */
export function tellParent(page: Page, parent: Parent): () => void {
  const stops = [
    tellReady(page, parent),
    effect(() => {
      const state = page.session.state.value;
      if (state.name === "required") parent.tell({ event: "auth-required", reason: state.why });
      if (state.name === "refused") parent.tell({ event: "error", code: state.code, mesg: state.message });
    }),
    effect(() => {
      const blocked = page.blocked.value;
      if (blocked !== null) parent.tell({ event: "blocked", path: blocked.path });
    }),
    forEach(page.files.all, (file) => tellFile(file, parent)),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Once, when files can be opened. */
function tellReady(page: Page, parent: Parent): () => void {
  let isTold = false;
  return effect(() => {
    const account = page.session.account.value;
    if (isTold || account === null || page.connection.status.value !== "connected") return;
    isTold = true;
    const { version } = page.config;
    parent.tell({ event: "ready", protocol: PROTOCOL, actions: actionsOf(account.scope), version, ...inFront(page) });
  });
}

function inFront(page: Page): object {
  const file = page.files.front.peek();
  return file === null ? {} : { project_id: file.projectId, path: file.path };
}

const NEEDED: Readonly<Partial<Record<Action, Right>>> = {
  run: "run",
  save: "save",
  export: "export",
  snapshot: "save",
};

/** What a session with this scope answers. */
function actionsOf({ allow, readonly }: Scope): readonly string[] {
  const may = (right?: Right): boolean =>
    right === undefined || ((allow?.includes(right) ?? true) && (right === "export" || !readonly));
  return ACTIONS.filter((action) => may(NEEDED[action]));
}

function tellFile(file: OpenFile, parent: Parent): () => void {
  const ref = { project_id: file.projectId, path: file.path };
  let wasDirty = false;
  let lastKernel = "none";
  const stops = [
    effect(() => {
      const dirty = file.dirty.value;
      if (dirty !== wasDirty) parent.tell({ event: "dirty", ...ref, dirty });
      wasDirty = dirty;
    }),
    effect(() => {
      const state = file.document.value?.kernel.value.state ?? "none";
      if (state !== lastKernel && state !== "none") parent.tell({ event: "kernel", ...ref, state });
      lastKernel = state;
    }),
    effect(() => tellSaved(file.document.value, ref, parent)),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

type Ref = { readonly project_id: string; readonly path: string };

function tellSaved(document: SharedDocument | null, ref: Ref, parent: Parent): (() => void) | undefined {
  return document?.onEvent((event) => {
    if (event.event === "saved") parent.tell({ event: "saved", ...ref, mtime: event.mtime, cause: event.cause });
  });
}

/** Begin something for each element of a changing list and end it when the element leaves. */
function forEach<T>(list: ReadonlySignal<readonly T[]>, begin: (element: T) => () => void): () => void {
  const ends = new Map<T, () => void>();
  const keep = (elements: readonly T[]): void => {
    for (const [element, end] of ends) {
      if (elements.includes(element)) continue;
      ends.delete(element);
      end();
    }
    for (const element of elements) if (!ends.has(element)) ends.set(element, begin(element));
  };
  const stop = list.subscribe((elements) => untracked(() => keep(elements)));
  return () => {
    stop();
    keep([]);
  };
}
