import { strings } from "../strings.ts";

export const signIn = strings({
  title: ["Sign in to {site}", "Bei {site} anmelden"],
  keyAccess: ["{site} API Key Access for {app}", "{site}: API-Schlüssel für {app}"],
  email: ["E-mail address", "E-Mail-Adresse"],
  password: ["Password", "Passwort"],
  show: ["Show", "Anzeigen"],
  hide: ["Hide", "Verbergen"],
  act: ["Sign in", "Anmelden"],
  acting: ["Signing in…", "Wird angemeldet…"],
  forgot: ["Forgot your password?", "Passwort vergessen?"],
  noAccountYet: ["No account yet?", "Noch kein Konto?"],
  noAccount: ["There is no account with this e-mail address.", "Es gibt kein Konto mit dieser E-Mail-Adresse."],
  wrongPassword: ["This password is not right.", "Dieses Passwort stimmt nicht."],
});

export const signUp = strings({
  title: ["Sign up at {site}", "Bei {site} registrieren"],
  act: ["Sign up", "Registrieren"],
  acting: ["Signing up…", "Wird registriert…"],
  closed: ["This site does not let everybody sign up.", "Auf dieser Seite kann man sich nicht selbst registrieren."],
  closedAdvice: ["Write to {help} to get an account.", "Schreiben Sie an {help}, um ein Konto zu bekommen."],
  firstName: ["First name", "Vorname"],
  lastName: ["Last name", "Nachname"],
  token: ["Registration token", "Registrierungsschlüssel"],
  tokenHint: ["Whoever invited you to this site has it.", "Sie haben ihn von dem, der Sie eingeladen hat."],
  terms: ["I agree to the terms of service.", "Ich stimme den Nutzungsbedingungen zu."],
  readTerms: ["Read them", "Nachlesen"],
  haveOne: ["Do you have an account already?", "Haben Sie schon ein Konto?"],
  welcome: [
    "Welcome! A mail is on its way to {email}: follow its link to confirm your address.",
    "Willkommen! Eine E-Mail ist unterwegs an {email}: folgen Sie ihrem Link, um die Adresse zu bestätigen.",
  ],
});

export const passwords = strings({
  new: ["New password", "Neues Passwort"],
  rule: ["At least 8 characters.", "Mindestens 8 Zeichen."],
  weak: ["Too easy to guess: add a word or two.", "Zu leicht zu erraten: fügen Sie ein oder zwei Wörter hinzu."],
  strong: ["Hard to guess.", "Schwer zu erraten."],
  forgotTitle: ["Set a new password", "Ein neues Passwort setzen"],
  forgotText: [
    "Enter the address of your account. We send a link there with which you can set a new password.",
    "Geben Sie die Adresse Ihres Kontos ein. Wir senden Ihnen einen Link, mit dem Sie ein neues Passwort setzen können.",
  ],
  send: ["Send the link", "Link senden"],
  sending: ["Sending…", "Wird gesendet…"],
  sentTitle: ["Look into your mail", "Sehen Sie in Ihre E-Mails"],
  sent: [
    "A link is on its way to {email}. It works once, for four hours.",
    "Ein Link ist unterwegs an {email}. Er gilt einmal, vier Stunden lang.",
  ],
  backToSignIn: ["Back to sign-in", "Zurück zur Anmeldung"],
  set: ["Set password", "Passwort setzen"],
  setting: ["Setting…", "Wird gesetzt…"],
  askAgain: ["Ask for a new link", "Neuen Link anfordern"],
  isSet: [
    "Your new password is set, and all other browsers are signed out.",
    "Ihr neues Passwort ist gesetzt, und alle anderen Browser sind abgemeldet.",
  ],
});

export const links = strings({
  verifyTitle: ["Confirm your e-mail address", "E-Mail-Adresse bestätigen"],
  verified: ["{email} is confirmed.", "{email} ist bestätigt."],
  notVerified: [
    "This link has expired, or belongs to an address that you have changed since. Have a new one sent from your settings.",
    "Dieser Link ist abgelaufen oder gehört zu einer Adresse, die Sie inzwischen geändert haben. Lassen Sie sich in den Einstellungen einen neuen senden.",
  ],
  toSettings: ["Go to your settings", "Zu Ihren Einstellungen"],
  impersonateTitle: ["Sign in by link", "Anmeldung per Link"],
  replaces: [
    "You are signed in as {name}. This link signs this browser in to an account that whoever gave it to you has chosen.",
    "Sie sind als {name} angemeldet. Dieser Link meldet diesen Browser bei einem Konto an, das der gewählt hat, von dem Sie ihn haben.",
  ],
  goOn: ["Sign in with the link", "Mit dem Link anmelden"],
  stay: ["Stay {name}", "{name} bleiben"],
  noToken: ["There is no auth token in this link.", "In diesem Link ist kein Anmeldeschlüssel."],
  byLink: [
    "Signed in as {name} by a link, for at most 12 hours.",
    "Per Link als {name} angemeldet, für höchstens 12 Stunden.",
  ],
});

export const grant = strings({
  text: [
    "{app} asks for an API key of your account {email}. With it, it can do everything that you can do.",
    "{app} bittet um einen API-Schlüssel Ihres Kontos {email}. Damit kann es alles tun, was Sie tun können.",
  ],
  advice: [
    "Go on only if you have started {app} yourself. You can revoke the key in your settings.",
    "Fahren Sie nur fort, wenn Sie {app} selbst gestartet haben. In den Einstellungen können Sie den Schlüssel widerrufen.",
  ],
  allow: ["Give it a key", "Schlüssel geben"],
  refuse: ["Do not", "Ablehnen"],
});
