import { strings } from "../strings.ts";

export const project = strings({
  sections: ["Project", "Projekt"],
  files: ["Files", "Dateien"],
  log: ["Log", "Protokoll"],
  settings: ["Settings", "Einstellungen"],
  isDeleted: ["This project is deleted. Its files are kept.", "Dieses Projekt ist gelöscht. Seine Dateien bleiben."],
  noAccess: [
    "There is no such project, or you are not on it.",
    "Dieses Projekt gibt es nicht, oder Sie sind nicht darin.",
  ],
  noAccessAdvice: [
    "Ask one of its people to add you, or check whom you are signed in as.",
    "Bitten Sie jemanden aus dem Projekt, Sie hinzuzufügen, oder prüfen Sie, mit welchem Konto Sie angemeldet sind.",
  ],
});
