import { strings } from "../strings.ts";

export const previews = strings({
  show: ["How it is shown", "Wie es gezeigt wird"],
  text: ["Text", "Text"],
  both: ["Side by side", "Nebeneinander"],
  preview: ["Preview", "Vorschau"],
  rows: ["{count} rows", "{count} Zeilen"],
  counting: ["Counting rows…", "Zeilen werden gezählt…"],
  table: ["Table", "Tabelle"],
  notJson: ["This is not JSON yet: {why}", "Das ist noch kein JSON: {why}"],
});
