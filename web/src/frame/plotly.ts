/** Figures of Plotly. */
import { isObject } from "../wire/json.ts";

interface Plotly {
  react(element: HTMLElement, data: unknown, layout: unknown, config: unknown): Promise<unknown>;
}

const BASIC = new Set(["scatter", "bar", "pie"]);

export async function drawPlotly(figure: unknown, section: HTMLElement): Promise<void> {
  const { data, layout, config } = isObject(figure) ? figure : {};
  const traces = Array.isArray(data) ? data : [];
  const other = traces
    .map((trace) => (isObject(trace) ? String(trace.type ?? "scatter") : ""))
    .find((type) => !BASIC.has(type));
  if (other !== undefined) throw new Error(`Traces of the type "${other}" are not part of this server's Plotly.`);
  const plotly = await load();
  const element = document.createElement("div");
  section.append(element);
  await plotly.react(element, traces, layout, {
    ...(isObject(config) && config),
    responsive: true,
  });
}

async function load(): Promise<Plotly> {
  const module: unknown = await import("plotly.js-basic-dist-min");
  return (isObject(module) && isObject(module.default) ? module.default : module) as Plotly;
}
