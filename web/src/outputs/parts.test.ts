// @vitest-environment jsdom
import { expect, test } from "vitest";
import { type OutputModel, outputOf } from "./model.ts";
import { partsOf } from "./parts.ts";
import { isPlain, plainNodes } from "./plain-html.ts";

function display(data: Record<string, unknown>): OutputModel {
  const output = outputOf({ output_type: "display_data", data, metadata: {} });
  if (!output) throw new Error("no output");
  return output;
}

const html = (source: string) => display({ "text/html": source, "text/plain": "plain" });

function nodesOf(source: string): string | null {
  const output = html(source);
  if (output.type !== "data" || !isPlain(output)) return null;
  const element = document.createElement("div");
  element.append(plainNodes(output) as DocumentFragment);
  return element.innerHTML;
}

const PANDAS = `<div>
<style scoped>
    .dataframe tbody tr th:only-of-type {
        vertical-align: middle;
    }

    .dataframe thead th {
        text-align: right;
    }
</style>
<table border="1" class="dataframe">
  <thead><tr style="text-align: right;"><th></th><th scope="col">A &lt;b&gt;</th></tr></thead>
  <tbody><tr><th>0</th><td colspan="2">1.5</td></tr></tbody>
</table>
<p>1 rows × 1 columns</p>
</div>`;

test("a table of pandas needs no frame and loses nothing", () => {
  const shown = nodesOf(PANDAS);
  expect(shown).toContain('<table class="dataframe">');
  expect(shown).toContain('<th scope="col">A &lt;b&gt;</th>');
  expect(shown).toContain('<td colspan="2">1.5</td>');
  expect(shown).not.toContain("style");
});

test.each([
  "<p style='color:red'>x</p>",
  "<style>td { color: red }</style><table></table>",
  "<style scoped>.dataframe td { background: url(x) }</style><table></table>",
  "<p onclick='x()'>x</p>",
  "<script>1</script>",
  "<img src='x.png'>",
  "<p id='x'>x</p>",
  "<div class='plot'></div>",
  "<svg></svg>",
  "<input>",
])("HTML that would lose something goes into a frame: %s", (source) => {
  expect(nodesOf(source)).toBeNull();
});

test("neighbours share a frame, widgets have their own, and the order is kept", () => {
  const widget = display({ "application/vnd.jupyter.widget-view+json": { model_id: "m" }, "text/plain": "w" });
  const script = display({ "application/javascript": "1" });
  const outputs = [html("<b id=a>1</b>"), script, widget, widget, display({ "text/plain": "t" }), script];
  const parts = partsOf(outputs).map((part) =>
    part.kind === "frame" ? part.items.map((item) => item.renderer) : "output",
  );
  expect(parts).toEqual([["html", "script"], ["widget", "widget"], "output", ["script"]]);
});

test("an output in a frame keeps its identity", () => {
  const outputs = [html("<b id=a>1</b>")];
  const [first] = partsOf(outputs);
  const [again] = partsOf([...outputs, html("<b id=b>2</b>")]);
  if (first?.kind !== "frame" || again?.kind !== "frame") throw new Error("no frame");
  expect(again.items[0]).toBe(first.items[0]);
});

test("the richest form is shown", () => {
  const renderers = [
    { "text/plain": "x", "image/png": "AAAA", "text/html": "<img>" },
    { "text/plain": "x", "image/png": "AAAA", "application/javascript": "1" },
    { "text/plain": "x", "application/vnd.vegalite.v6.json": {} },
    { "text/plain": "x", "application/vnd.vega.v5+json": {} },
    { "text/plain": "x", "application/vnd.unknown+json": {} },
    { "application/vnd.unknown+json": {} },
  ].map((data) => {
    const [part] = partsOf([display(data)]);
    return part?.kind === "frame" ? part.items[0]?.renderer : part?.form?.renderer;
  });
  expect(renderers).toEqual(["html", "image", "vega", "vega", "text", undefined]);
});
