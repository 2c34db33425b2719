import { strings } from "../strings.ts";

export const history = strings({
  title: ["History", "Verlauf"],
  version: ["Version", "Version"],
  place: ["{number} of {count}", "{number} von {count}"],
  asFound: ["as the file was found", "wie die Datei vorgefunden wurde"],
  compare: ["Show what changed", "Änderungen zeigen"],
  before: ["since the version before", "seit der Version davor"],
  now: ["compared to the present", "gegenüber dem jetzigen Stand"],
  earlier: ["Version before", "Version davor"],
  later: ["Version after", "Version danach"],
  restore: ["Restore this version", "Diese Version wiederherstellen"],
  restored: [
    "It is again as it was on {time}. Ctrl+Z (Z in a notebook) takes that back; what was there before is in the history.",
    "Es ist wieder wie am {time}. Strg+Z (Z im Notebook) nimmt das zurück; was vorher da war, steht im Verlauf.",
  ],
  download: ["Download", "Herunterladen"],
  none: [
    "There are no versions yet. They are kept while people edit, about one each minute.",
    "Es gibt noch keine Versionen. Sie entstehen beim Bearbeiten, etwa eine je Minute.",
  ],
  same: ["Nothing is different.", "Nichts ist anders."],
  added: ["Cell is new", "Zelle ist neu"],
  removed: ["Cell is not in this version", "Zelle ist nicht in dieser Version"],
  changed: ["Text changed", "Text geändert"],
  outputs: ["Outputs changed", "Ausgaben geändert"],
  unreadable: ["This version cannot be read.", "Diese Version ist nicht lesbar."],
});
