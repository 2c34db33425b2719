import { describe, expect, test } from "vitest";
import vectors from "../../../tests/vectors/parents.json" with { type: "json" };
import type { ParentHost } from "../wire/config.ts";
import { isAllowedParent } from "./parents.ts";

/** What the hub's parser makes of a list that it takes; good enough for the lists of the vectors. */
function parse(list: string): ParentHost[] {
  return list.split(/[\s,]+/).flatMap((entry) => {
    if (entry === "") return [];
    const url = new URL(`https://${entry.replace(/^\./, "")}`);
    return [{ host: url.hostname, port: Number(url.port || 443), subdomains: entry.startsWith(".") }];
  });
}

describe("the rule for parents is the hub's", () => {
  test.each(vectors.lists)("the list '$list' is read as the hub reads it", ({ list, parents }) => {
    expect(parse(list)).toEqual(expect.arrayContaining(parents));
  });

  test.each(vectors.origins)("'$origin' with the list '$list' (dev: $dev): $allowed", (row) => {
    expect(isAllowedParent(row.origin, parse(row.list), row.dev)).toBe(row.allowed);
  });
});
