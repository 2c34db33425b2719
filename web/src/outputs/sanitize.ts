/**
 * Untrusted HTML as nodes that may stand in our own page: no script, no style, no names, nothing that loads.
 *
 * It is parsed where nothing of it runs or loads. If every element and attribute is in the lists, the nodes are taken as
 * they are; this is so for all markdown without unusual HTML. If anything has to go, the purifier is loaded and decides.
 * Results are nodes, never text: parsed again, text can mean something else than it meant to the sanitiser.
 */

const TEXT_TAGS = [
  ..."a abbr b br cite code dd del details dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i img input ins kbd li mark ol p pre".split(
    " ",
  ),
  ..."q s samp section small span strong sub summary sup time u ul var wbr blockquote figure figcaption".split(" "),
];
const TABLE_TAGS = "table caption colgroup col thead tbody tfoot tr th td".split(" ");
const ATTRIBUTES =
  "alt align checked class colspan dir disabled headers height href lang open rowspan scope src start title type width".split(
    " ",
  );

/** What pandas and old pages write, and our styles say better. */
const MEANINGLESS = ["border", "halign", "valign"];

/** Where an image's address stands as long as it has not been loaded; cannot be written in untrusted HTML. */
export const FILE_ATTRIBUTE = "data-file";

/** Where markdown's HTML has its styles while it is made safe; what is not read by then has no effect. */
export const STYLE_ATTRIBUTE = "data-style";

/** Classes that our styles and our own passes give a meaning; all others could only imitate parts of the page. */
const CLASSES =
  /^(alert|alert-(info|success|warning|danger)|dataframe|math-inline|math-display|language-[\w+#-]{1,32})$/;

/** For every attribute that could be an address; blanks and control characters, which browsers skip, are taken out. */
export const ADDRESS =
  /^(?:https?:|mailto:|attachment:|data:image\/(?:png|jpeg|gif|webp);|[^a-z]|[a-z+.-]+(?:[^a-z+.\-:]|$))/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const SKIPPED = /[\u0000-\u0020\u00a0\u1680\u180e\u2000-\u2029\u205f\u3000]/g;
const NO_ADDRESS: ReadonlySet<string> = new Set(["alt", "class", "title", STYLE_ATTRIBUTE]);
/** What could end the place that an attribute stands in, were it ever written as text. */
const BREAKOUT = /((--!?|])>)|<\//;

export const ALLOWED_TAGS: ReadonlySet<string> = new Set([...TEXT_TAGS, ...TABLE_TAGS]);
export const ALLOWED_ATTRIBUTES: ReadonlySet<string> = new Set([...ATTRIBUTES, STYLE_ATTRIBUTE]);

/** What is left of `html` when all that is not plain text, lists, tables, links and images is gone. */
export function sanitize(html: string): Nodes {
  const { head, body } = new DOMParser().parseFromString(html, "text/html");
  for (const name of MEANINGLESS)
    for (const element of body.querySelectorAll(`[${name}]`)) element.removeAttribute(name);
  if (head.hasChildNodes() || ![...body.attributes].every(isHarmless) || !isAllowed(body)) return purified(html);
  const nodes = document.createDocumentFragment();
  nodes.append(...body.childNodes);
  return tidy(nodes);
}

/** At once, unless the purifier has to be loaded; rejects if it cannot be. */
export type Nodes = DocumentFragment | Promise<DocumentFragment>;

/** Do something with nodes, at once if they are there. */
export function whenSafe<Result>(nodes: Nodes, act: (nodes: DocumentFragment) => Result): Result | Promise<Result> {
  return nodes instanceof Promise ? nodes.then(act) : act(nodes);
}

/** Have the purifier at hand. */
export async function fetchPurifier(): Promise<void> {
  await import("./purify.ts").catch(() => undefined);
}

async function purified(html: string): Promise<DocumentFragment> {
  const { purify } = await import("./purify.ts");
  return tidy(purify(html));
}

function isAllowed(root: Element): boolean {
  return [...root.childNodes].every((node) => node instanceof Text || (isElement(node) && isAllowed(node)));
}

function isElement(node: Node): node is Element {
  if (!(node instanceof HTMLElement) || node instanceof HTMLUnknownElement) return false;
  return ALLOWED_TAGS.has(node.localName) && [...node.attributes].every(isHarmless);
}

function isHarmless({ name, value, namespaceURI }: Attr): boolean {
  if (namespaceURI !== null || !ALLOWED_ATTRIBUTES.has(name) || BREAKOUT.test(value)) return false;
  return value === "" || NO_ADDRESS.has(name) || ADDRESS.test(value.replace(SKIPPED, ""));
}

/** Our own rules for what is allowed at all. */
function tidy(nodes: DocumentFragment): DocumentFragment {
  for (const element of nodes.querySelectorAll("[class]")) {
    const classes = [...element.classList].filter((name) => CLASSES.test(name));
    if (classes.length > 0) element.setAttribute("class", classes.join(" "));
    else element.removeAttribute("class");
  }
  nodes.querySelectorAll("input").forEach(keepCheckbox);
  nodes.querySelectorAll("img").forEach(keepImage);
  return nodes;
}

/** An image that is a file of the project is loaded by us, and never by its address: that would be one of our pages. */
function keepImage(image: Element): void {
  const source = image.getAttribute("src") ?? "";
  if (!image.hasAttribute("alt")) image.setAttribute("alt", "");
  image.setAttribute("loading", "lazy");
  image.setAttribute("referrerpolicy", "no-referrer");
  if (/^(https:|data:)/i.test(source.trim())) return;
  image.removeAttribute("src");
  image.setAttribute(FILE_ATTRIBUTE, source);
}

/** The box of a task list; any other field could ask for a password. */
function keepCheckbox(input: Element): void {
  if (input.getAttribute("type") !== "checkbox") {
    input.remove();
    return;
  }
  input.setAttribute("disabled", "");
  input.setAttribute("aria-label", "Task");
}
