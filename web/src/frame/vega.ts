/** Charts of Vega and Vega-Lite. */
import type { FrameLink } from "./link.ts";
import type { FrameItem } from "./protocol.ts";

export async function drawVega({ mime, content }: FrameItem, section: HTMLElement, link: FrameLink): Promise<void> {
  const { default: embed } = await import("vega-embed");
  const mode = mime.includes("vegalite") ? "vega-lite" : "vega";
  const element = document.createElement("div");
  section.append(element);
  const dark = link.dark && ({ theme: "dark", config: { background: "transparent" } } as const);
  await embed(element, content as string, { mode, actions: false, renderer: "svg", ...dark });
}
