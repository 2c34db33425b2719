/** Figures of Plotly. */
import { isObject } from "../wire/json.ts";
import type { FrameLink } from "./link.ts";

interface Plotly {
  react(element: HTMLElement, data: unknown, layout: unknown, config: unknown): Promise<unknown>;
}

const BASIC = new Set(["scatter", "bar", "pie"]);

export async function drawPlotly(figure: unknown, section: HTMLElement, link: FrameLink): Promise<void> {
  const { data, layout, config } = isObject(figure) ? figure : {};
  const traces = Array.isArray(data) ? data : [];
  const other = traces
    .map((trace) => (isObject(trace) ? String(trace.type ?? "scatter") : ""))
    .find((type) => !BASIC.has(type));
  if (other !== undefined) throw new Error(`Traces of the type "${other}" are not part of this server's Plotly.`);
  const plotly = await load();
  const element = document.createElement("div");
  section.append(element);
  await plotly.react(element, traces, laidOut(layout, link.dark), {
    ...(isObject(config) && config),
    responsive: true,
  });
}

async function load(): Promise<Plotly> {
  const module: unknown = await import("plotly.js-basic-dist-min");
  return (isObject(module) && isObject(module.default) ? module.default : module) as Plotly;
}

/** On a dark page a figure without a template of its own is drawn for one. */
function laidOut(layout: unknown, dark: boolean): unknown {
  const given = isObject(layout) ? layout : {};
  const plain = !isObject(given.template) && given.paper_bgcolor === undefined;
  if (!dark || !plain) return given;
  const ink = { paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)" };
  return { ...ink, ...given, font: { color: "#d0d7de", ...(isObject(given.font) && given.font) } };
}
