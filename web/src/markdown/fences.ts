/** Colours for fenced code, in the classes that the editors use. */
import { highlighted, loadParser } from "../editor/highlight.ts";

/** Fences without a language that we know stay as they are. */
export async function highlightFences(root: ParentNode): Promise<void> {
  for (const code of root.querySelectorAll('pre > code[class^="language-"]')) {
    const parser = await loadParser(code.className.replace("language-", ""));
    if (parser === null) continue;
    const lines = highlighted(code.textContent ?? "", parser).map((line) =>
      line.map(({ text, classes }) => span(text, classes)),
    );
    code.replaceChildren(...lines.flatMap((line, index) => (index === 0 ? line : ["\n", ...line])));
  }
}

function span(text: string, classes: string): string | HTMLElement {
  if (classes === "") return text;
  const element = document.createElement("span");
  element.className = classes;
  element.textContent = text;
  return element;
}
