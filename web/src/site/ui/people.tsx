/** People as small circles with their initials. */
import type { VNode } from "preact";

const SHOWN = 4;

export function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => word !== "");
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => word?.charAt(0) ?? "");
  return letters.join("").toUpperCase() || "?";
}

/** A few of them, and how many more there are; their names are read out. */
export function People({ names }: { readonly names: readonly string[] }): VNode {
  const more = names.length - SHOWN;
  return (
    <span class="people" title={names.join(", ")}>
      <span class="visually-hidden">{names.join(", ")}</span>
      {names.slice(0, SHOWN).map((name, index) => (
        <span key={index} class="initials initials-small" aria-hidden="true">
          {initials(name)}
        </span>
      ))}
      {more > 0 && (
        <span class="soft" aria-hidden="true">
          +{more}
        </span>
      )}
    </span>
  );
}
