import { strings } from "../strings.ts";

export const signIn = strings({
  title: ["Sign in to {site}", "Bei {site} anmelden"],
  email: ["E-mail address", "E-Mail-Adresse"],
  password: ["Password", "Passwort"],
  act: ["Sign in", "Anmelden"],
  acting: ["Signing in…", "Wird angemeldet…"],
  notKept: [
    "Your browser did not keep the sign-in. This site has to be opened over https (or at localhost), with its cookies allowed.",
    "Ihr Browser hat die Anmeldung nicht behalten. Die Seite muss über https (oder unter localhost) mit erlaubten Cookies geöffnet werden.",
  ],
});
