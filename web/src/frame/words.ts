/** What the frame says itself, in the language of the page around it, which tells it the words. */
import type { Sentence } from "../state/say.ts";

let known: Readonly<Record<string, string>> = {};

export function learn(language: string, wordings: Readonly<Record<string, string>>): void {
  document.documentElement.lang = language;
  known = wordings;
}

export const say = (sentence: Sentence): string => known[sentence] ?? sentence;
