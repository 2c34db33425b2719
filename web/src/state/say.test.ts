import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, expect, test } from "vitest";
import { GERMAN } from "./german.ts";
import { CODEMIRROR, SERVER } from "./german-of-others.ts";
import { language } from "./language.ts";
import { languageLoaded, said, say } from "./say.ts";

const SOURCES = import.meta.glob<string>(["../**/*.{ts,tsx}", "!./german*.ts", "!../**/*.test.*"], {
  query: "?raw",
  import: "default",
  eager: true,
});
const PACKAGES = ["autocomplete", "commands", "language", "search", "view"];

afterEach(async () => {
  language.value = "en";
  await languageLoaded();
});

test("what is said is in the language of the reader, also when that changes", async () => {
  expect(say("Cells of {name}", { name: "a.ipynb" })).toBe("Cells of a.ipynb");
  language.value = "de";
  await languageLoaded();
  expect(say("Cells of {name}", { name: "a.ipynb" })).toBe("Zellen von a.ipynb");
  expect(say("Run")).toBe("Ausführen");
  language.value = "en";
  expect(say("Run")).toBe("Run");
});

test("a text that nobody has put into German stays as it is", async () => {
  language.value = "de";
  await languageLoaded();
  expect(["constructor", "Some words of a kernel.", ""].map(said)).toEqual([
    "constructor",
    "Some words of a kernel.",
    "",
  ]);
});

/** The compiler finds what is said and is not here: it would be no `Sentence`. */
test("each sentence here is said somewhere, and has the same values in German", () => {
  const code = Object.values(SOURCES).join("\n");
  const sentences = Object.entries(GERMAN).filter(([english]) => !(english in CODEMIRROR || english in SERVER));
  expect(sentences.filter(([english]) => !code.includes(JSON.stringify(english)))).toEqual([]);
  const valuesIn = (sentence: string): string[] => [...new Set(sentence.match(/\{\w+\}/g))].sort();
  for (const [english, german] of sentences) expect(valuesIn(german), english).toEqual(valuesIn(english));
});

test("CodeMirror says nothing that we have no German for", () => {
  const paths = PACKAGES.map((name) => resolve(`node_modules/@codemirror/${name}/dist/index.js`));
  const code = paths.map((path) => readFileSync(path, "utf8")).join("\n");
  const phrases = [...code.matchAll(/\bphrase\((?:\w+, )?"([^"]+)"/g)].map(([, phrase]) => phrase);
  expect(phrases.length).toBeGreaterThan(15);
  expect(phrases.filter((phrase) => !((phrase as string) in GERMAN))).toEqual([]);
  expect(Object.keys(CODEMIRROR).filter((phrase) => !code.includes(JSON.stringify(phrase)))).toEqual([]);
});

test("what the server is translated for, it says", () => {
  const top = resolve("../src/carrel");
  const names = readdirSync(top, { recursive: true, encoding: "utf8" });
  const paths = names.filter((name) => /^(agent|domain|hub\/live)\/.*\.py$/.test(name));
  const code = paths.map((name) => readFileSync(join(top, name), "utf8")).join("\n");
  expect(Object.keys(SERVER).filter((text) => !code.includes(JSON.stringify(text)))).toEqual([]);
});
