/**
 * What is said around documents. The English sentence stands in the code, and is the name of the German one, which is
 * loaded only by those who read German: a notebook must not weigh more for having two languages.
 */
import { effect, type Signal, signal } from "@preact/signals";
import type { GERMAN } from "./german.ts";
import { filled, type Language, language, type Values } from "./language.ts";

export type Sentence = keyof typeof GERMAN;

/** What is said otherwise than it stands in the code. */
export const wordings: Signal<Readonly<Record<string, string>>> = signal({});

let loading = Promise.resolve();

effect(() => {
  loading = load(language.value);
});

/** Without the network all is said in English. */
async function load(wanted: Language): Promise<void> {
  const found = wanted === "de" ? await import("./german.ts").catch(() => null) : null;
  if (language.peek() === wanted) wordings.value = found?.GERMAN ?? {};
}

/** Resolves when the language is there, for what is drawn first should be in it. */
export const languageLoaded = (): Promise<void> => loading;

/** What is loaded, when the language is there as well. */
export async function inLanguage<Loaded>(loaded: Promise<Loaded>): Promise<Loaded> {
  return (await Promise.all([loaded, loading]))[0];
}

/** `{name}` in a sentence stands for a value. Whoever says one in a view is drawn again when the language changes. */
export function say(sentence: Sentence, values?: Values): string {
  return filled(said(sentence), values);
}

/** A text of the server's, of which we know the usual ones. */
export function said(text: string): string {
  const table = wordings.value;
  return (Object.hasOwn(table, text) && table[text]) || text;
}
