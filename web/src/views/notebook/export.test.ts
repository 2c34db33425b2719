import { expect, it } from "vitest";
import * as Y from "yjs";
import { makeCell, Notebook } from "../../state/notebook.ts";
import { toJson, toMarkdown, toScript } from "./export.ts";

function notebook(): Notebook {
  const made = new Notebook(new Y.Doc());
  made.meta.set("nbformat", 4);
  made.meta.set("nbformat_minor", 5);
  made.meta.set("metadata", new Y.Map([["kernelspec", { name: "python3", language: "python" }]]));
  made.cells.push([
    makeCell({ type: "markdown", source: "# Title\n\nText" }, "m"),
    makeCell({ type: "code", source: "%time x\nprint('```')" }, "c"),
  ]);
  return made;
}

it("writes nbformat without what is only of the live document", () => {
  expect(toJson(notebook())).toEqual({
    cells: [
      { id: "m", cell_type: "markdown", source: "# Title\n\nText", metadata: {} },
      { id: "c", cell_type: "code", source: "%time x\nprint('```')", metadata: {}, outputs: [], execution_count: null },
    ],
    metadata: { kernelspec: { name: "python3", language: "python" } },
    nbformat: 4,
    nbformat_minor: 5,
  });
});

it("writes Python that runs, with cell marks", () => {
  expect(toScript(notebook())).toBe("# %% [markdown]\n# # Title\n#\n# Text\n\n# %%\n# %time x\nprint('```')\n");
});

it("writes Markdown with fences that the code cannot end", () => {
  expect(toMarkdown(notebook())).toBe("# Title\n\nText\n\n````python\n%time x\nprint('```')\n````\n");
});
