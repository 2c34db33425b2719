/** What one notebook may need after it is shown, in one file. */

export { keepTyped } from "../../state/typed-cells.ts";
export { drag } from "./drag.ts";
export { FindBar } from "./find.tsx";
export { chooseKernel, loadKernels } from "./kernels.ts";
export { cellChoices, runChoices } from "./menus.ts";
export { Notices } from "./notices.tsx";
export { Shortcuts } from "./shortcuts.tsx";
export { StdinPrompt } from "./stdin.tsx";
