import { strings } from "../strings.ts";

export const settings = strings({
  title: ["Settings", "Einstellungen"],
  account: ["Account", "Konto"],
  browsers: ["Signed-in browsers", "Angemeldete Browser"],
  keys: ["API keys", "API-Schlüssel"],
  activity: ["Activity", "Aktivität"],
  preferences: ["Preferences", "Vorlieben"],
  save: ["Save", "Speichern"],
  saving: ["Saving…", "Wird gespeichert…"],
  saved: ["Saved.", "Gespeichert."],
  change: ["Change", "Ändern"],
  never: ["never", "nie"],
});

export const account = strings({
  name: ["Name", "Name"],
  userName: ["User name", "Benutzername"],
  userNameHint: [
    "Letters, digits and single dashes; others can find you by it.",
    "Buchstaben, Ziffern und einzelne Striche; andere können Sie damit finden.",
  ],
  email: ["E-mail address", "E-Mail-Adresse"],
  verified: ["Confirmed", "Bestätigt"],
  notVerified: ["Not confirmed yet", "Noch nicht bestätigt"],
  sendLink: ["Send the mail again", "E-Mail erneut senden"],
  linkSent: ["A mail is on its way to {email}.", "Eine E-Mail ist unterwegs an {email}."],
  changeEmail: ["Change the e-mail address", "E-Mail-Adresse ändern"],
  newEmail: ["New e-mail address", "Neue E-Mail-Adresse"],
  password: ["Password", "Passwort"],
  passwordAdvice: [
    "A new password signs all other browsers out. API keys go on working.",
    "Ein neues Passwort meldet alle anderen Browser ab. API-Schlüssel gelten weiter.",
  ],
  changePassword: ["Change the password", "Passwort ändern"],
  currentPassword: ["Current password", "Jetziges Passwort"],
  remove: ["Delete the account", "Konto löschen"],
  removeAdvice: [
    "You are signed out everywhere and your API keys stop working. Projects of which you are the only owner can then be reached by administrators alone.",
    "Sie werden überall abgemeldet, und Ihre API-Schlüssel gelten nicht mehr. Projekte, deren einziger Besitzer Sie sind, erreicht dann nur noch die Verwaltung.",
  ],
  removeConfirm: ["Type {email} to confirm", "Geben Sie zur Bestätigung {email} ein"],
  removing: ["Deleting…", "Wird gelöscht…"],
  removed: ["Your account is deleted.", "Ihr Konto ist gelöscht."],
});

export const browsers = strings({
  advice: [
    "Here you are signed in. End what you do not know, and then change your password.",
    "Hier sind Sie angemeldet. Beenden Sie, was Sie nicht kennen, und ändern Sie dann Ihr Passwort.",
  ],
  browser: ["Browser", "Browser"],
  on: ["{browser} on {system}", "{browser} unter {system}"],
  unknown: ["Unknown browser", "Unbekannter Browser"],
  address: ["Address", "Adresse"],
  since: ["Signed in", "Angemeldet"],
  lastUsed: ["Last used", "Zuletzt benutzt"],
  current: ["This browser", "Dieser Browser"],
  byLink: ["By a link or an administrator", "Per Link oder durch die Verwaltung"],
  end: ["Sign out", "Abmelden"],
  endNamed: ["Sign out {browser}, last used {time}", "{browser}, zuletzt benutzt {time}, abmelden"],
  endOthers: ["Sign out all others", "Alle anderen abmelden"],
  ended: ["Signed out: {count}.", "Abgemeldet: {count}."],
});

export const keys = strings({
  advice: [
    "Programs call this site with a key, and can do with it everything that you can do here.",
    "Programme rufen diese Seite mit einem Schlüssel auf und können damit alles tun, was Sie hier tun können.",
  ],
  projectAdvice: [
    "Programs can work with such a key on this project, and on nothing else.",
    "Programme können mit einem solchen Schlüssel an diesem Projekt arbeiten und an nichts anderem.",
  ],
  calls: ["What can be called", "Was man aufrufen kann"],
  none: ["There are no keys yet.", "Es gibt noch keine Schlüssel."],
  noneAdvice: [
    "Make one for each program that calls this site.",
    "Legen Sie für jedes Programm einen an, das diese Seite aufruft.",
  ],
  create: ["New key", "Neuer Schlüssel"],
  createAct: ["Create", "Anlegen"],
  name: ["Name", "Name"],
  nameHint: ["What the key is for.", "Wofür der Schlüssel ist."],
  unnamed: ["(no name)", "(ohne Namen)"],
  key: ["Key", "Schlüssel"],
  created: ["Created", "Angelegt"],
  expires: ["Expires", "Läuft ab"],
  lastUsed: ["Last used", "Zuletzt benutzt"],
  inDays: ["in {days} days", "in {days} Tagen"],
  secretTitle: ["Your new key", "Ihr neuer Schlüssel"],
  secretAdvice: [
    "Copy the key now: it is shown this once.",
    "Kopieren Sie den Schlüssel jetzt: er wird nur dieses eine Mal angezeigt.",
  ],
  tryIt: ["Try it", "Zum Ausprobieren"],
  done: ["Done", "Fertig"],
  rename: ["Rename", "Umbenennen"],
  revoke: ["Revoke", "Widerrufen"],
  actions: ["Actions for {name}", "Aktionen für {name}"],
  revokeTitle: ["Revoke {name}?", "{name} widerrufen?"],
  revokeAdvice: [
    "Programs that use this key stop working at once. That cannot be undone.",
    "Programme mit diesem Schlüssel funktionieren sofort nicht mehr. Das lässt sich nicht rückgängig machen.",
  ],
  revoked: ["{name} is revoked.", "{name} ist widerrufen."],
});

export const preferences = strings({
  advice: ["These are kept in this browser.", "Sie werden in diesem Browser behalten."],
});
