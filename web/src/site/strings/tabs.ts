import { strings } from "../strings.ts";

export const tabs = strings({
  openFiles: ["Open files", "Offene Dateien"],
  unsaved: ["not saved yet", "noch nicht gespeichert"],
  close: ["Close {name}", "{name} schließen"],
  closeHint: ["Close (Delete, or middle click)", "Schließen (Entf oder Mittelklick)"],
  signedOut: [
    "You are no longer signed in. What you wrote is kept here until you sign in again.",
    "Sie sind nicht mehr angemeldet. Was Sie geschrieben haben, bleibt hier, bis Sie sich wieder anmelden.",
  ],
  signIn: ["Sign in in a new tab", "In einem neuen Tab anmelden"],
});
