/** A notebook in other formats. */
import { cellSource, cellType, type Notebook } from "../../state/notebook.ts";
import { type Exported, type ExportFormat, FormatUnsupported } from "../editors.ts";
import { toHtml } from "./export-html.ts";
import type { Page } from "./page.ts";

/** The file as it is on disk, or what is in the document in another form. */
export async function exportNotebook(page: Page, element: HTMLElement | null, format: ExportFormat): Promise<Exported> {
  const { notebook } = page.open;
  const stem = (page.document.path.split("/").at(-1) ?? "notebook").replace(/\.ipynb$/, "");
  switch (format) {
    case "raw":
      return raw(page, `${stem}.ipynb`);
    case "ipynb":
      return text(`${stem}.ipynb`, "application/x-ipynb+json", `${JSON.stringify(toJson(notebook), null, 1)}\n`);
    case "py":
      if (notebook.language() !== "python") throw new FormatUnsupported("This notebook is not in Python.");
      return text(`${stem}.py`, "text/x-python", toScript(notebook));
    case "md":
      return text(`${stem}.md`, "text/markdown", toMarkdown(notebook));
    case "html":
      return text(`${stem}.html`, "text/html", toHtml(stem, element));
    default:
      return format satisfies never;
  }
}

async function raw(page: Page, filename: string): Promise<Exported> {
  if (page.open.maySave.peek()) await page.document.call("save", { cause: "user" });
  const blob = await page.context.fetchFile(page.document.path);
  return { filename, mime: "application/x-ipynb+json", data: new Uint8Array(await blob.arrayBuffer()) };
}

function text(filename: string, mime: string, content: string): Exported {
  return { filename, mime, data: new TextEncoder().encode(content) };
}

/** The notebook as nbformat 4 has it. */
export function toJson(notebook: Notebook): Record<string, unknown> {
  const meta = notebook.meta.toJSON();
  const cells = notebook.cells.map((cell) => {
    const { execution_state: _, ...json } = cell.toJSON();
    return json;
  });
  return {
    cells,
    metadata: meta.metadata ?? {},
    nbformat: meta.nbformat ?? 4,
    nbformat_minor: meta.nbformat_minor ?? 5,
  };
}

/** Python with cell marks, which Jupytext, Spyder and VS Code read ("percent format"). */
export function toScript(notebook: Notebook): string {
  const parts = notebook.cells.map((cell) => {
    const source = cellSource(cell).toString();
    const type = cellType(cell);
    if (type === "code") return `# %%\n${source.replace(/^(?=[!%])/gm, "# ")}\n`;
    return `# %% [${type}]\n${source.replace(/^/gm, "# ").replace(/ +$/gm, "")}\n`;
  });
  return parts.join("\n");
}

/** Text cells as they are, code in fences. */
export function toMarkdown(notebook: Notebook): string {
  const language = notebook.language();
  const parts = notebook.cells.map((cell) => {
    const source = cellSource(cell).toString();
    return cellType(cell) === "markdown" ? source : fenced(source, cellType(cell) === "code" ? language : "");
  });
  return `${parts.join("\n\n")}\n`;
}

/** In a fence longer than any within. */
function fenced(source: string, language: string): string {
  const longest = Math.max(2, ...[...source.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${source}\n${fence}`;
}
