/** What the hub tells the site's own pages in its HTML, beside what all pages are told. */
import { flag, maybe, object, type Shaped, text } from "../wire/shape.ts";

const shape = object({ help_email: text, sign_up: flag, terms: maybe(text) });

/** `sign_up`: everybody may make an account. */
export type House = Shaped<typeof shape>;

export function readHouse(): House {
  return shape(JSON.parse(document.getElementById("carrel-config")?.textContent ?? "{}"));
}
