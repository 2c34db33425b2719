import { strings } from "../strings.ts";

export const common = strings({
  projects: ["Projects", "Projekte"],
  settings: ["Settings", "Einstellungen"],
  administration: ["Administration", "Verwaltung"],
  signOut: ["Sign out", "Abmelden"],
  account: ["Account", "Konto"],
  language: ["Language", "Sprache"],
  theme: ["Appearance", "Darstellung"],
  themeAuto: ["As the system", "Wie das System"],
  themeLight: ["Light", "Hell"],
  themeDark: ["Dark", "Dunkel"],
  cancel: ["Cancel", "Abbrechen"],
  close: ["Close", "Schließen"],
  tryAgain: ["Try again", "Erneut versuchen"],
  loading: ["Loading…", "Wird geladen…"],
  copy: ["Copy", "Kopieren"],
  copied: ["Copied", "Kopiert"],
  notKept: [
    "Your browser did not keep the sign-in. This site has to be opened over https (or at localhost), with its cookies allowed.",
    "Ihr Browser hat die Anmeldung nicht behalten. Die Seite muss über https (oder unter localhost) mit erlaubten Cookies geöffnet werden.",
  ],
  unreachable: [
    "The server cannot be reached. Check your connection, then try again.",
    "Der Server ist nicht erreichbar. Prüfen Sie die Verbindung und versuchen Sie es erneut.",
  ],
  unreadable: [
    "The server gave an answer that this page cannot read. Reload the page: the server may have been updated.",
    "Der Server hat eine Antwort gegeben, die diese Seite nicht lesen kann. Laden Sie die Seite neu.",
  ],
  notLoaded: [
    "This page could not be loaded. Reload it: the server may have been updated.",
    "Diese Seite konnte nicht geladen werden. Laden Sie sie neu: der Server wurde vielleicht aktualisiert.",
  ],
  nothingHere: ["There is nothing at this address.", "Unter dieser Adresse gibt es nichts."],
  onlyProject: ["Only one project can be shown here.", "Hier kann nur ein Projekt angezeigt werden."],
  toFiles: ["Go to its files", "Zu seinen Dateien"],
  toProjects: ["Go to your projects", "Zu Ihren Projekten"],
  skip: ["Skip to the content", "Zum Inhalt springen"],
  actingAs: ["You are {name}, signed in by {admin}.", "Sie sind {name}, angemeldet durch {admin}."],
  return: ["Return to your own account", "Zurück zum eigenen Konto"],
});
