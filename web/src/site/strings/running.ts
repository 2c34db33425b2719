import { strings } from "../strings.ts";

export const running = strings({
  opened: ["Stopped", "Angehalten"],
  starting: ["Starting…", "Startet…"],
  running: ["Running", "Läuft"],
  stopping: ["Stopping…", "Hält an…"],
  start: ["Start", "Starten"],
  stop: ["Stop", "Anhalten"],
  restart: ["Restart", "Neu starten"],
  failed: ["“{title}” could not be started.", "„{title}“ konnte nicht gestartet werden."],
  ended: ["This project does not run.", "Dieses Projekt läuft nicht."],
  memory: [
    "It used more memory than it may. Start it again and do less at once, or ask for more memory.",
    "Es hat mehr Speicher gebraucht, als es darf. Starten Sie es erneut und tun Sie weniger auf einmal, oder bitten Sie um mehr Speicher.",
  ],
  disk: [
    "Its files take more room than they may. Delete what is not needed, then start it again.",
    "Seine Dateien brauchen mehr Platz, als sie dürfen. Löschen Sie, was nicht gebraucht wird, und starten Sie es erneut.",
  ],
  busy: [
    "The server took too long, perhaps because it is busy. Start it again in a minute.",
    "Der Server hat zu lange gebraucht, vielleicht ist er ausgelastet. Starten Sie es in einer Minute erneut.",
  ],
  unused: [
    "Nothing of your files is lost. It starts again as soon as you open a notebook or terminal, or start it.",
    "Von Ihren Dateien ist nichts verloren. Es startet, sobald Sie ein Notebook oder Terminal öffnen oder es starten.",
  ],
  other: [
    "Your files are safe. Start it again; if it fails again, tell whoever runs this server what is written here.",
    "Ihre Dateien sind sicher. Starten Sie es erneut; gelingt das nicht, sagen Sie dem Betreiber des Servers, was hier steht.",
  ],
});
