/** A conversation between a parent page and a page of ours, without a browser. */
import { effect } from "@preact/signals";
import { onTestFinished, vi } from "vitest";
import { Bridge } from "../embed/bridge.ts";
import type { Action } from "../embed/protocol.ts";
import type { OpenFile } from "../state/open-file.ts";
import type { Page } from "../state/page.ts";
import { type Exported, FormatUnsupported, type Shown } from "../state/shown.ts";
import { PROJECT, type TestFile, type TestHub } from "./hub.ts";
import { openConnectedPage, openHub, settle } from "./page.ts";

export const ORIGIN = "https://course.example.org";

export type Message = Readonly<Record<string, unknown>>;

/** A parent page that talks with the bridge, and hears what it replies. */
export class Conversation {
  readonly heard: Message[] = [];
  readonly page: Page;
  readonly bridge: Bridge;
  readonly peer = { window: { postMessage: (message: Message) => this.heard.push(message) }, origin: ORIGIN };

  constructor(page: Page) {
    this.page = page;
    this.bridge = new Bridge(page);
    showFiles(page);
  }

  say(action: Action, fields: Message = {}): void {
    this.bridge.handle({ action, fields: { action, ...fields }, peer: this.peer as never });
  }

  open(path: string, fields: Message = {}): void {
    this.say("open", { project_id: PROJECT, path, ...fields });
  }

  /** What was heard, in short. */
  get short(): string[] {
    return this.heard.map(({ status, action, path, code }) => [status, action, path, code].filter(Boolean).join(" "));
  }
}

/** Stands for the view: shows each file whose document is there. */
function showFiles(page: Page): void {
  const shown: Shown = { focus: vi.fn(), reveal: vi.fn(), naturalHeight: () => 100, export: exportAs };
  const watched = new Set<OpenFile>();
  const stop = page.files.all.subscribe((files) => {
    for (const file of files.filter((one) => !watched.has(one))) {
      watched.add(file);
      onTestFinished(
        effect(() => {
          file.shown.value = file.document.value && shown;
        }),
      );
    }
  });
  onTestFinished(stop);
}

async function exportAs(format: string): Promise<Exported> {
  if (format !== "raw") throw new FormatUnsupported(`no ${format} here`);
  return { filename: "a.txt", mime: "text/plain", data: new TextEncoder().encode("one") };
}

export async function converse(): Promise<{ hub: TestHub; talk: Conversation; page: Page }> {
  const hub = openHub();
  const page = await openConnectedPage(hub);
  return { hub, page, talk: new Conversation(page) };
}

export async function converseAbout(
  text: string,
): Promise<{ hub: TestHub; talk: Conversation; page: Page; remote: TestFile }> {
  const all = await converse();
  const remote = all.hub.add("a.txt", text);
  all.talk.open("a.txt");
  await settle();
  all.talk.heard.length = 0;
  return { ...all, remote };
}
