import { strings } from "../strings.ts";

export const project = strings({
  sections: ["Project", "Projekt"],
  files: ["Files", "Dateien"],
  log: ["Log", "Protokoll"],
  settings: ["Settings", "Einstellungen"],
  asAdmin: [
    "You are here as administrator: you are not on this project. That you opened it is noted in the audit.",
    "Sie sind als Administrator hier: Sie sind nicht in diesem Projekt. Dass Sie es geöffnet haben, steht im Audit.",
  ],
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
