import { strings } from "../strings.ts";

export const palette = strings({
  title: ["What do you want to do?", "Was möchten Sie tun?"],
  find: ["Find a command, project or file", "Befehl, Projekt oder Datei finden"],
  nothing: ["Nothing fits. Try fewer letters.", "Nichts passt. Versuchen Sie weniger Buchstaben."],
  found: ["{count} found", "{count} gefunden"],
  keys: ["Keyboard shortcuts", "Tastenkürzel"],
  everywhere: ["On every page", "Auf jeder Seite"],
  open: ["Do something by its name", "Etwas über seinen Namen tun"],
  showKeys: ["Show the keyboard shortcuts", "Die Tastenkürzel zeigen"],
  here: ["Here", "Hier"],
  newProject: ["New project", "Neues Projekt"],
  goTo: ["Go to {name}", "Zu {name}"],
  project: ["Project", "Projekt"],
  speak: ["Language: {name}", "Sprache: {name}"],
  look: ["Appearance: {name}", "Darstellung: {name}"],
  notebook: ["Notebook", "Notebook"],
});
