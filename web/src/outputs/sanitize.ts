/**
 * Untrusted HTML as nodes that may stand in our own page: no script, no style, no names, nothing that loads.
 *
 * Results are nodes, never text: parsed again, text can mean something else than it meant to the sanitiser.
 */
import createPurifier, { type Config } from "dompurify";

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

/** Where an image's address stands as long as it has not been loaded; cannot be written in untrusted HTML. */
export const FILE_ATTRIBUTE = "data-file";

/** Where markdown's HTML has its styles while it is made safe; what is not read by then has no effect. */
export const STYLE_ATTRIBUTE = "data-style";

/** Classes that our styles and our own passes give a meaning; all others could only imitate parts of the page. */
const CLASSES =
  /^(alert|alert-(info|success|warning|danger)|dataframe|math-inline|math-display|language-[\w+#-]{1,32})$/;

const CONFIG: Config = {
  ALLOWED_TAGS: [...TEXT_TAGS, ...TABLE_TAGS],
  ALLOWED_ATTR: [...ATTRIBUTES, STYLE_ATTRIBUTE],
  ADD_URI_SAFE_ATTR: [STYLE_ATTRIBUTE],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  ALLOWED_URI_REGEXP:
    /^(?:https?:|mailto:|attachment:|data:image\/(?:png|jpeg|gif|webp);|[^a-z]|[a-z+.-]+(?:[^a-z+.\-:]|$))/i,
  SANITIZE_NAMED_PROPS: true,
  RETURN_DOM_FRAGMENT: true,
};

let purifier: ReturnType<typeof createPurifier> | null = null;

/** What is left of `html` when all that is not plain text, lists, tables, links and images is gone. */
export function sanitize(html: string): DocumentFragment {
  purifier ??= strictPurifier();
  return purifier.sanitize(html, CONFIG) as unknown as DocumentFragment;
}

function strictPurifier(): ReturnType<typeof createPurifier> {
  const strict = createPurifier(window);
  strict.addHook("afterSanitizeAttributes", (element) => {
    const classes = [...element.classList].filter((name) => CLASSES.test(name));
    if (classes.length > 0) element.setAttribute("class", classes.join(" "));
    else element.removeAttribute("class");
    if (element.localName === "input") keepCheckbox(element);
    if (element.localName === "img") keepImage(element);
  });
  return strict;
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
