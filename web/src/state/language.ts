/** The language of what is shown: what was chosen in this browser, else what the browser asks for. */
import { effect, type Signal, signal } from "@preact/signals";
import { quietly } from "./kept.ts";

export const LANGUAGES = ["en", "de"] as const;
export type Language = (typeof LANGUAGES)[number];

const KEPT_AS = "carrel-language";

function preferred(): Language {
  const wished = quietly(() => localStorage.getItem(KEPT_AS)) ?? globalThis.navigator?.language ?? "en";
  return wished.startsWith("de") ? "de" : "en";
}

export const language: Signal<Language> = signal(preferred());

effect(() => {
  if (globalThis.document) document.documentElement.lang = language.value;
});

export function choose(chosen: Language): void {
  quietly(() => localStorage.setItem(KEPT_AS, chosen));
  language.value = chosen;
}

export type Values = Readonly<Record<string, string | number>>;

/** A sentence with values for what stands in it as `{name}`. */
export function filled(sentence: string, values: Values = {}): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
