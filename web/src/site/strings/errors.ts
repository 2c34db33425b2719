import { strings } from "../strings.ts";

/** What the server answers when something goes wrong, by the error's code; others are told in the server's words. */
const TABLE = {
  "account-not-available": [
    "This account cannot be used: it is banned or deleted.",
    "Dieses Konto kann nicht benutzt werden: es ist gesperrt oder gelöscht.",
  ],
  "admin-required": ["Only administrators may do that.", "Das dürfen nur Administratoren."],
  "auth-token-unknown": [
    "This link is no longer good. Ask for a new one.",
    "Dieser Link gilt nicht mehr. Bitten Sie um einen neuen.",
  ],
  "current-password-incorrect": ["Current password is incorrect.", "Das bisherige Passwort stimmt nicht."],
  "disk-full": [
    "There is no room left on the disk. Delete what is not needed, or ask for more.",
    "Der Speicherplatz ist aufgebraucht. Löschen Sie Unnötiges oder bitten Sie um mehr.",
  ],
  "email-invalid": ["Email address is not valid.", "Die E-Mail-Adresse ist ungültig."],
  "email-taken": ["This e-mail address is already taken.", "Diese E-Mail-Adresse ist schon vergeben."],
  "embed-session-unknown": [
    "You are no longer signed in. Reload the page.",
    "Sie sind nicht mehr angemeldet. Laden Sie die Seite neu.",
  ],
  "last-admin": [
    "This is the only admin; make another one first.",
    "Dies ist der einzige Administrator; ernennen Sie erst einen anderen.",
  ],
  "last-owner": [
    "Cannot change the last owner to collaborator. At least one owner is required.",
    "Der letzte Eigentümer muss Eigentümer bleiben.",
  ],
  "not-yourself": ["You cannot do this to your own account.", "Mit dem eigenen Konto geht das nicht."],
  "only-owners-change-roles": ["Only project owners can change user types.", "Nur Eigentümer ändern Rollen."],
  "only-owners-manage": [
    "Only owners can manage collaborators when this setting is enabled.",
    "In diesem Projekt ändern nur Eigentümer, wer dazugehört.",
  ],
  "only-the-account-itself": [
    "This is not possible while you are signed in as somebody else.",
    "Das geht nicht, während Sie als jemand anderes angemeldet sind.",
  ],
  "owner-not-removable": [
    "Cannot remove an owner. Demote to collaborator first.",
    "Eigentümer lassen sich nicht entfernen. Machen Sie sie erst zu Mitarbeitenden.",
  ],
  "password-incorrect": ["Password is incorrect.", "Das Passwort stimmt nicht."],
  "permission-missing": [
    "You may not do that in this project, or there is no such project.",
    "Das dürfen Sie in diesem Projekt nicht, oder es gibt das Projekt nicht.",
  ],
  "reset-invalid": ["Password reset no longer valid.", "Der Link zum Zurücksetzen des Passworts gilt nicht mehr."],
  "share-missing": ["Nothing is shared at this address.", "Unter dieser Adresse ist nichts freigegeben."],
  "shared-file-missing": [
    "There is no such file in what is shared here.",
    "Diese Datei gibt es in dem nicht, was hier freigegeben ist.",
  ],
  "sign-in-required": ["Must be signed in.", "Sie sind nicht angemeldet."],
  "too-many-attempts": [
    "Too many attempts. Wait a minute, then try again.",
    "Zu viele Versuche. Warten Sie eine Minute und versuchen Sie es erneut.",
  ],
  internal: [
    "Something went wrong in the server. Try again; if it stays so, tell its operator.",
    "Im Server ist etwas schiefgegangen. Versuchen Sie es erneut; bleibt es dabei, melden Sie es dem Betreiber.",
  ],
} as const;

const errors = strings(TABLE);
type Code = keyof typeof TABLE;
const isCode = (text: string): text is Code => Object.hasOwn(TABLE, text);

/** Some endpoints answer with a text and no code. */
const CODES = new Map<string, Code>(Object.entries(TABLE).map(([code, [english]]) => [english, code as Code]));

/** An error of the server in the reader's language, or null if it is told in the server's words: `said`. */
export function errorText(code: string, said: string): string | null {
  const known = isCode(code) ? code : CODES.get(said);
  return known === undefined ? null : errors[known]();
}
