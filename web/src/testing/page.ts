/** A page in front of a `TestHub`, without a browser. */
import { onTestFinished, vi } from "vitest";
import { parseAddress } from "../state/address.ts";
import { Page } from "../state/page.ts";
import { parseConfig } from "../wire/config.ts";
import { TestHub, TOKEN } from "./hub.ts";

const CONFIG = parseConfig('{"base":"","version":"1","site_name":"Test","parents":[]}');

/** A hub, and what stands for the browser's network; timers are fake. */
export function openHub(): TestHub {
  const hub = new TestHub();
  vi.useFakeTimers();
  vi.stubGlobal("location", new URL("https://carrel.example.net/app"));
  vi.stubGlobal("fetch", hub.fetch);
  onTestFinished(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  return hub;
}

/** A page at an address, not yet started. */
export function openPage(hub: TestHub, path = "/app?fullscreen=kiosk"): Page {
  const page = new Page(CONFIG, parseAddress(new URL(path, "https://carrel.example.net"), ""), hub.makeSocket);
  onTestFinished(() => page.dispose());
  return page;
}

/** A page that is signed in and connected. */
export async function openConnectedPage(hub: TestHub, path?: string): Promise<Page> {
  const page = openPage(hub, path);
  page.start(TOKEN);
  await settle();
  return page;
}

/** Let everything happen that needs no time. */
export async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}

/** Let time go by. */
export async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}
