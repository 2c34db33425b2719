/**
 * The catalogue of what the site says, in English and German: one file for each area in `strings/`, both languages of a
 * sentence side by side.
 */
import { effect, type Signal, signal } from "@preact/signals";
import { quietly } from "../state/kept.ts";

export const LANGUAGES = ["en", "de"] as const;
export type Language = (typeof LANGUAGES)[number];

const KEPT_AS = "carrel-language";

function preferred(): Language {
  const wished = quietly(() => localStorage.getItem(KEPT_AS)) ?? globalThis.navigator?.language ?? "en";
  return wished.startsWith("de") ? "de" : "en";
}

/** What was chosen in this browser, else what the browser asks for. */
export const language: Signal<Language> = signal(preferred());

effect(() => {
  if (globalThis.document) document.documentElement.lang = language.value;
});

export function choose(chosen: Language): void {
  quietly(() => localStorage.setItem(KEPT_AS, chosen));
  language.value = chosen;
}

export type Values = Readonly<Record<string, string | number>>;
type Sentence = (values?: Values) => string;

/** Sentences by name; `{name}` in one stands for a value. Whoever reads one is told when the language changes. */
export function strings<const Table extends Record<string, readonly [en: string, de: string]>>(
  table: Table,
): { readonly [Name in keyof Table]: Sentence } {
  const sentences = Object.entries(table).map(([name, both]) => [
    name,
    (values: Values = {}) => filled(both[LANGUAGES.indexOf(language.value)] ?? both[0], values),
  ]);
  return Object.fromEntries(sentences) as { readonly [Name in keyof Table]: Sentence };
}

function filled(sentence: string, values: Values): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
