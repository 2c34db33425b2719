/**
 * Styles that HTML in markdown may ask for: colours and boxes of text, nothing that leaves its place.
 *
 * They are kept under another name while the markup is made safe, and set one by one afterwards, as the policy of our
 * pages forbids style attributes.
 */
import { STYLE_ATTRIBUTE } from "../outputs/sanitize.ts";

const PROPERTY =
  /^(color|background(-color)?|text-(align|decoration|indent)|font-(weight|style|size|family|variant)|line-height|vertical-align|(max-)?(width|height)|border(-(top|right|bottom|left|color|width|style|radius|collapse|spacing))?|padding(-(top|right|bottom|left))?|margin(-(top|right|bottom|left))?|float|clear|white-space|list-style-type)$/;
/** Words, numbers and colours; nothing that loads or computes, and no negative lengths, which pull out of place. */
const VALUE = /^(?!.*(^|[\s,(])-[\d.])[\w\s#%.,()'"-]{1,200}$/;
const FUNCTION = /([\w-]*)\(/g;
const COLOR_FUNCTION = /^(rgb|hsl)a?$/i;

/** Markup in which style attributes bear the name that `applyStyles` looks for, and style elements are inert. */
export function withStylesHeld(html: string): string {
  return html.replace(/\bstyle(?=\s*=)/gi, STYLE_ATTRIBUTE).replace(/<(\/?)style\b/gi, "<$1template");
}

export function applyStyles(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLElement>(`[${STYLE_ATTRIBUTE}]`)) {
    for (const declaration of (element.getAttribute(STYLE_ATTRIBUTE) ?? "").split(";")) apply(element, declaration);
    element.removeAttribute(STYLE_ATTRIBUTE);
  }
}

function apply(element: HTMLElement, declaration: string): void {
  const colon = declaration.indexOf(":");
  const name = declaration.slice(0, colon).trim().toLowerCase();
  const value = declaration.slice(colon + 1).trim();
  if (PROPERTY.test(name) && isHarmless(value)) element.style.setProperty(name, value);
}

function isHarmless(value: string): boolean {
  return VALUE.test(value) && [...value.matchAll(FUNCTION)].every((call) => COLOR_FUNCTION.test(call[1] ?? ""));
}
