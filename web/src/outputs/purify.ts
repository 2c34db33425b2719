/** The purifier, for HTML of which something has to go; only `sanitize` uses it. */
import createPurifier, { type Config } from "dompurify";
import { ADDRESS, ALLOWED_ATTRIBUTES, ALLOWED_TAGS, STYLE_ATTRIBUTE } from "./sanitize.ts";

const CONFIG: Config = {
  ALLOWED_TAGS: [...ALLOWED_TAGS],
  ALLOWED_ATTR: [...ALLOWED_ATTRIBUTES],
  ADD_URI_SAFE_ATTR: [STYLE_ATTRIBUTE],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  ALLOWED_URI_REGEXP: ADDRESS,
  SANITIZE_NAMED_PROPS: true,
  RETURN_DOM_FRAGMENT: true,
};

const purifier = createPurifier(window);

export function purify(html: string): DocumentFragment {
  return purifier.sanitize(html, CONFIG) as unknown as DocumentFragment;
}
