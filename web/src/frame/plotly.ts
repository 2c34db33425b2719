/** Figures of Plotly: a small build for the usual traces, the whole library for the others. */
import { isObject } from "../wire/json.ts";

interface Plotly {
  react(element: HTMLElement, data: unknown, layout: unknown, config: unknown): Promise<unknown>;
}

const BASIC = new Set(["scatter", "bar", "pie"]);

/** For figures that bring no look of their own; those of Plotly for Python bring one, and are drawn as they ask. */
const DARK = {
  layout: {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: "#d0d7de" },
    xaxis: { gridcolor: "#444c56", zerolinecolor: "#6c7587" },
    yaxis: { gridcolor: "#444c56", zerolinecolor: "#6c7587" },
  },
};

export async function drawPlotly(figure: unknown, section: HTMLElement, dark: boolean): Promise<void> {
  const { data, layout, config } = isObject(figure) ? figure : {};
  const traces = Array.isArray(data) ? data : [];
  const plotly = await load(traces.every((trace) => isObject(trace) && BASIC.has(String(trace.type ?? "scatter"))));
  const element = document.createElement("div");
  section.append(element);
  const look = { ...(dark && { template: DARK }), ...(isObject(layout) && layout) };
  await plotly.react(element, traces, look, { ...(isObject(config) && config), responsive: true });
}

async function load(basic: boolean): Promise<Plotly> {
  const module: unknown = await (basic ? import("plotly.js-basic-dist-min") : import("plotly.js-dist-min"));
  return (isObject(module) && isObject(module.default) ? module.default : module) as Plotly;
}
