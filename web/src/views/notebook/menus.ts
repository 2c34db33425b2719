/** What the menus of a notebook offer. */
import type { CellState } from "../../state/notebook-cells.ts";
import type { Command } from "../../state/notebook-command-names.ts";
import { say } from "../../state/say.ts";
import type { MenuItem } from "./menu.tsx";

export type RunChoice = "all" | "above" | "below" | "restart-and-run";

export function runChoices(): readonly MenuItem<RunChoice>[] {
  return [
    { value: "all", label: say("Run all cells") },
    { value: "above", label: say("Run all above") },
    { value: "below", label: say("Run this and all below") },
    { value: "restart-and-run", label: say("Restart and run all") },
  ];
}

/** What can be done with a cell beyond its toolbar. */
export function cellChoices(state: CellState): readonly MenuItem<Command>[] {
  const isCode = state.type === "code";
  const items: (MenuItem<Command> | false)[] = [
    { value: "cut", label: say("Cut"), keys: "X" },
    { value: "copy", label: say("Copy"), keys: "C" },
    { value: "paste-below", label: say("Paste below"), keys: "V" },
    { value: "undo", label: say("Undo change of cells"), keys: "Z" },
    { value: "split", label: say("Split at the cursor"), keys: say("Ctrl+Shift+−") },
    { value: "merge", label: say("Merge with the next"), keys: say("Shift+M") },
    { value: "toggle-source", label: say(state.sourceHidden ? "Unfold input" : "Fold input"), keys: say("Shift+H") },
    isCode && {
      value: "toggle-outputs",
      label: say(state.outputsHidden ? "Unfold outputs" : "Fold outputs"),
      keys: "O",
    },
    isCode && { value: "clear-outputs", label: say("Clear outputs") },
  ];
  return items.filter((item) => item !== false);
}
