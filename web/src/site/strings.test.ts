import { parseAst } from "vite";
import { expect, test } from "vitest";
import { isObject, isString } from "../wire/json.ts";

const VIEWS = import.meta.glob<string>(
  ["./**/*.tsx", "../{embed,views,outputs,markdown}/**/*.tsx", "!../**/*.test.tsx"],
  {
    query: "?raw",
    import: "default",
    eager: true,
  },
);
const TABLES = import.meta.glob<string>("./strings/*.ts", { query: "?raw", import: "default", eager: true });
/** Attributes that are read out or shown. */
const SHOWN = ["aria-label", "title", "placeholder", "label", "alt", "hint"];
const WORD = /\p{L}{2,}/u;

type Node = Readonly<Record<string, unknown>>;

/** All nodes of a file. */
function nodesOf(text: string): Node[] {
  const found: Node[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (isObject(value)) {
      found.push(value);
      Object.values(value).forEach(visit);
    }
  };
  visit(parseAst(text, { lang: "tsx" }));
  return found;
}

const literal = (node: unknown): string => (isObject(node) && isString(node.value) ? node.value : "");
const named = (node: unknown): string => (isObject(node) && isString(node.name) ? node.name : "");

/** Words that stand in a view instead of in the catalogue. */
function literals(text: string): string[] {
  return nodesOf(text).flatMap((node) => {
    const isShown = node.type === "JSXText" || (node.type === "JSXAttribute" && SHOWN.includes(named(node.name)));
    const words = node.type === "JSXText" ? literal(node) : literal(node.value);
    return isShown && WORD.test(words) ? [words.trim()] : [];
  });
}

test("views have their words from the catalogue", () => {
  expect(literals(`<p title="Some words">Text {"a"}</p>`)).toEqual(["Some words", "Text"]);
  const found = Object.entries(VIEWS).map(([path, text]) => [path, literals(text)] as const);
  expect(found.filter(([, words]) => words.length > 0)).toEqual([]);
});

test("each sentence of the catalogue is there in both languages, with the same values in it", () => {
  const valuesIn = (sentence: string): string[] => [...new Set(sentence.match(/\{\w+\}/g))].sort();
  const tables = Object.values(TABLES).flatMap(nodesOf);
  const pairs = tables.flatMap(({ type, value }) =>
    type === "Property" && isObject(value) && Array.isArray(value.elements) ? [value.elements.map(literal)] : [],
  );
  expect(pairs.length).toBeGreaterThan(300);
  for (const [english = "", german = "", ...more] of pairs) {
    expect([english === "", german === "", more], english).toEqual([false, false, []]);
    expect(valuesIn(german), english).toEqual(valuesIn(english));
  }
});
