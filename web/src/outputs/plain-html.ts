/**
 * HTML that may be shown in our own page because nothing of it gets lost when it is made safe: tables such as those of
 * pandas. Whatever looks or does different without its styles and scripts goes into a frame.
 */
import type { DataOutput } from "./model.ts";
import { textOf } from "./model.ts";
import { type Nodes, sanitize, whenSafe } from "./sanitize.ts";

const TAGS = new Set(
  "a b br caption code col colgroup div em h1 h2 h3 h4 hr i li ol p pre small span strong sub sup table tbody td tfoot th thead tr ul".split(
    " ",
  ),
);
const ATTRIBUTES = new Set("align border colspan halign headers href rowspan scope title valign".split(" "));
/** What pandas puts before its tables and in them: it says no more than our own styles do. */
const PANDAS_STYLE =
  /<style scoped>\s*(\.dataframe [a-z :-]+\{\s*(vertical-align: (middle|top)|text-align: right);\s*\}\s*)*<\/style>/g;
const ALIGNMENT = /(<t[rdh]) style="text-align: ?(left|right|center);?"/g;

const known = new WeakMap<DataOutput, boolean>();

/** Whether the HTML of an output can be shown without a frame. */
export function isPlain(output: DataOutput): boolean {
  let plain = known.get(output);
  if (plain === undefined) {
    plain = losesNothing(sourceOf(output));
    known.set(output, plain);
  }
  return plain;
}

/** Only for HTML that is plain. The corner of a table, which heads nothing, is no header. */
export function plainNodes(output: DataOutput): Nodes {
  return whenSafe(sanitize(sourceOf(output)), (nodes) => {
    for (const header of nodes.querySelectorAll("th:empty")) header.replaceWith(document.createElement("td"));
    return nodes;
  });
}

function sourceOf(output: DataOutput): string {
  return textOf(output.data["text/html"]).replace(PANDAS_STYLE, "").replace(ALIGNMENT, "$1");
}

/** What has styles is not even parsed: the policy of our pages would be called broken where nothing was applied. */
function losesNothing(html: string): boolean {
  if (/<style|style\s*=/i.test(html)) return false;
  const parsed = new DOMParser().parseFromString(html, "text/html");
  return parsed.head.childElementCount === 0 && [...parsed.body.querySelectorAll("*")].every(isPlainElement);
}

function isPlainElement(element: Element): boolean {
  return TAGS.has(element.localName) && [...element.attributes].every(isPlainAttribute);
}

function isPlainAttribute({ name, value }: Attr): boolean {
  return name === "class" ? value === "dataframe" : ATTRIBUTES.has(name);
}
