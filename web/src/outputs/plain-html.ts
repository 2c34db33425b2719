/**
 * HTML that may be shown in our own page because nothing of it gets lost when it is made safe: tables such as those of
 * pandas. Whatever looks or does different without its styles and scripts goes into a frame.
 */
import type { DataOutput } from "./model.ts";
import { textOf } from "./model.ts";
import { sanitize } from "./sanitize.ts";

const TAGS = new Set(
  "a b br caption code col colgroup div em h1 h2 h3 h4 hr i li ol p pre small span strong sub sup table tbody td tfoot th thead tr ul".split(
    " ",
  ),
);
const ATTRIBUTES = new Set("align border colspan halign headers href rowspan scope title valign".split(" "));
/** What pandas puts before its tables: it says no more than our own styles do. */
const PANDAS_STYLE = /^\s*(\.dataframe [a-z :-]+\{\s*(vertical-align: (middle|top)|text-align: right);\s*\}\s*)*$/;
const PLAIN_DECLARATIONS = /^\s*(text-align:\s*(left|right|center|start|end)\s*;?\s*)?$/;

const known = new WeakMap<DataOutput, boolean>();

/** Whether the HTML of an output can be shown without a frame. */
export function isPlain(output: DataOutput): boolean {
  let plain = known.get(output);
  if (plain === undefined) {
    const parsed = new DOMParser().parseFromString(textOf(output.data["text/html"]), "text/html");
    plain = parsed.head.childElementCount === 0 && [...parsed.body.querySelectorAll("*")].every(isPlainElement);
    known.set(output, plain);
  }
  return plain;
}

/** Only for HTML that is plain. */
export function plainNodes(output: DataOutput): DocumentFragment {
  return sanitize(textOf(output.data["text/html"]));
}

function isPlainElement(element: Element): boolean {
  const tag = element.localName;
  if (tag === "style") return PANDAS_STYLE.test(element.textContent ?? "");
  return TAGS.has(tag) && [...element.attributes].every(isPlainAttribute);
}

function isPlainAttribute({ name, value }: Attr): boolean {
  if (name === "class") return value === "dataframe";
  if (name === "style") return PLAIN_DECLARATIONS.test(value);
  return ATTRIBUTES.has(name);
}
