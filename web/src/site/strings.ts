/**
 * The catalogue of what the site says, in English and German: one file for each area in `strings/`, both languages of a
 * sentence side by side. What is said around documents has its German elsewhere (`state/say.ts`).
 */
import { filled, LANGUAGES, language, type Values } from "../state/language.ts";

type Sentence = (values?: Values) => string;

/** Sentences by name; `{name}` in one stands for a value. Whoever reads one is told when the language changes. */
export function strings<const Table extends Record<string, readonly [en: string, de: string]>>(
  table: Table,
): { readonly [Name in keyof Table]: Sentence } {
  const sentences = Object.entries(table).map(([name, both]) => [
    name,
    (values?: Values) => filled(both[LANGUAGES.indexOf(language.value)] ?? both[0], values),
  ]);
  return Object.fromEntries(sentences) as { readonly [Name in keyof Table]: Sentence };
}
