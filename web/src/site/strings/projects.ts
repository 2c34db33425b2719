import { strings } from "../strings.ts";

export const projects = strings({
  title: ["Projects", "Projekte"],
  none: ["You have no projects yet.", "Sie haben noch keine Projekte."],
  noneAdvice: [
    "A project is a home for your files, with a computer of its own. Make one to begin.",
    "Ein Projekt ist ein Ort für Ihre Dateien mit einem eigenen Rechner. Legen Sie eines an, um zu beginnen.",
  ],
  create: ["New project", "Neues Projekt"],
});
