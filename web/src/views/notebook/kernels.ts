/** What the menu of kernels offers, and does. */

import { say } from "../../state/say.ts";
import { isObject, isString, type Json } from "../../wire/json.ts";
import type { MenuItem } from "./menu.tsx";
import type { Page } from "./page.ts";

const SHUT_DOWN = "\0shut-down";

export async function chooseKernel(page: Page, name: string): Promise<void> {
  await (name === SHUT_DOWN ? page.open.ask("kernel.shutdown", {}) : page.open.ask("kernel.start", { name }));
}

export async function loadKernels(page: Page): Promise<readonly MenuItem<string>[]> {
  const reply = (await page.open.ask("kernel.specs", {})) ?? null;
  const { name, state } = page.document.kernel.peek();
  const specs = specsOf(reply).map((item) => ({ ...item, checked: item.value === name }));
  const running = !["none", "dead"].includes(state);
  return running ? [...specs, { value: SHUT_DOWN, label: say("Shut the kernel down") }] : specs;
}

function specsOf(reply: Json): readonly MenuItem<string>[] {
  const specs: unknown = isObject(reply) ? reply.specs : undefined;
  return (Array.isArray(specs) ? specs : []).flatMap((spec: unknown) => {
    if (!isObject(spec) || !isString(spec.name)) return [];
    return [{ value: spec.name, label: isString(spec.display_name) ? spec.display_name : spec.name }];
  });
}
