/** What the hub tells the page in its HTML (docs/live.md, "What the shell page tells the application"). */
import { isNumber, isObject, isString, parseJson } from "./json.ts";

/** A host whose pages may embed this one; with `subdomains`, all names below it too. */
export interface ParentHost {
  readonly host: string;
  readonly port: number;
  readonly subdomains: boolean;
}

export interface Config {
  /** Path below which the hub lives, without a slash at its end. */
  readonly base: string;
  readonly version: string;
  readonly siteName: string;
  readonly parents: readonly ParentHost[];
  /** Parent pages of this machine may use plain http. */
  readonly dev: boolean;
}

/** The configuration in a text; what is missing or wrong allows nothing. */
export function parseConfig(text: string): Config {
  const value = parseJson(text);
  const fields = isObject(value) ? value : {};
  return {
    base: isString(fields.base) ? fields.base.replace(/\/$/, "") : "",
    version: isString(fields.version) ? fields.version : "",
    siteName: isString(fields.site_name) && fields.site_name ? fields.site_name : "Carrel",
    parents: Array.isArray(fields.parents) ? fields.parents.filter(isParentHost) : [],
    dev: fields.dev === true,
  };
}

function isParentHost(value: unknown): value is ParentHost {
  return isObject(value) && isString(value.host) && isNumber(value.port) && typeof value.subdomains === "boolean";
}
