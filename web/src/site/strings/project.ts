import { strings } from "../strings.ts";

export const project = strings({
  sections: ["Project", "Projekt"],
  files: ["Files", "Dateien"],
  log: ["Log", "Protokoll"],
  settings: ["Settings", "Einstellungen"],
});
