/** Draws an output with what its kind needs, which is loaded when the first of the kind comes. */
import { insertHtml, runScript } from "./html.ts";
import type { FrameLink } from "./link.ts";
import type { FrameItem } from "./protocol.ts";
import { say } from "./words.ts";

/** Empties `section` and draws `item` in it; what goes wrong is told there. */
export async function draw(item: FrameItem, section: HTMLElement, link: FrameLink): Promise<void> {
  section.replaceChildren();
  section.className = item.renderer;
  try {
    await drawKind(item, section, link);
  } catch (error) {
    section.replaceChildren(problem(error, item.fallback));
  }
}

async function drawKind(item: FrameItem, section: HTMLElement, link: FrameLink): Promise<void> {
  switch (item.renderer) {
    case "html":
      return insertHtml(textOf(item.content), section);
    case "script":
      return runScript(textOf(item.content), section);
    case "plotly":
      return (await import("./plotly.ts")).drawPlotly(item.content, section, link.dark);
    case "vega":
      return (await import("./vega.ts")).drawVega(item, section, link);
    case "widget":
      return (await import("./widgets.ts")).drawWidget(item.content, section, link);
  }
}

export function textOf(value: unknown): string {
  return Array.isArray(value) ? value.join("") : String(value);
}

function problem(error: unknown, fallback: string): HTMLElement {
  const element = document.createElement("div");
  const note = document.createElement("p");
  note.className = "problem";
  note.textContent = `${say("This output could not be drawn.")} ${error instanceof Error ? error.message : ""}`;
  element.append(note);
  if (fallback) {
    const text = document.createElement("pre");
    text.textContent = fallback;
    element.append(text);
  }
  return element;
}
