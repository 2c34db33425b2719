/** KaTeX with its styles and fonts; only ever imported when there is a formula. */
import "katex/dist/katex.min.css";
import katex from "katex";

/** Definitions (`\newcommand`) of a document, which hold from one cell to the next. */
export type Macros = Record<string, object | string | ((context: object) => object | string)>;

/** Draws a formula into an element; its source stays, with what is wrong as a title, if it cannot be read. */
export function drawFormula(element: HTMLElement, tex: string, display: boolean, macros: Macros): void {
  try {
    katex.render(tex, element, {
      displayMode: display,
      globalGroup: true,
      macros,
      maxExpand: 1000,
      maxSize: 50,
      strict: "ignore",
      trust: false,
    });
  } catch (error) {
    element.textContent = tex;
    element.title = error instanceof Error ? error.message : "";
    element.classList.add("math-error");
  }
}
