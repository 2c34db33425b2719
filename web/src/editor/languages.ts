/** Languages of editors, loaded when they are needed. */
import { LanguageDescription, type LanguageSupport } from "@codemirror/language";
import { languages } from "@codemirror/language-data";

/** Names that kernels give their languages, where they are not those of CodeMirror. */
const ALIASES: Readonly<Record<string, string>> = {
  ipython: "python",
  python3: "python",
  "c++17": "c++",
  bash: "shell",
  zsh: "shell",
  sh: "shell",
  octave: "octave",
  ir: "r",
  sagemath: "python",
  sage: "python",
};

/** By one of its names, if it has been loaded already. */
export function knownLanguage(name: string): LanguageSupport | null {
  return described(name)?.support ?? null;
}

/** By one of its names, or what its files end with; `null` if we have none of that name, or it cannot be loaded now. */
export async function loadLanguage(name: string): Promise<LanguageSupport | null> {
  return load(described(name));
}

/** By the name of the file. */
export async function loadLanguageOf(filename: string): Promise<LanguageSupport | null> {
  return load(LanguageDescription.matchFilename(languages, filename));
}

function described(name: string): LanguageDescription | null {
  const lower = name.toLowerCase();
  return (
    LanguageDescription.matchLanguageName(languages, ALIASES[lower] ?? lower, false) ??
    LanguageDescription.matchFilename(languages, `file.${lower}`)
  );
}

async function load(description: LanguageDescription | null): Promise<LanguageSupport | null> {
  try {
    return description ? await description.load() : null;
  } catch {
    return null; // the network is gone: code without colours is better than none
  }
}
