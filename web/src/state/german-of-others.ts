/** What others say in English and we pass on in German: the server, and the editor that we use. */

/** Texts of the agent and the hub that say what went wrong. */
export const SERVER = {
  "The file is not text in UTF-8.": "Die Datei ist kein Text in UTF-8.",
  "The file is binary, not text.": "Die Datei ist kein Text, sondern binär.",
  "The file is not a notebook.": "Die Datei ist kein Notebook.",
  "The notebook has no list of cells.": "Das Notebook hat keine Liste von Zellen.",
  "The file is gone.": "Die Datei ist weg.",
  "The file is being changed by somebody else all the time.": "Die Datei wird ständig von jemand anderem geändert.",
  "The document may not be edited here.": "Das Dokument darf hier nicht bearbeitet werden.",
  "this page may not edit the document": "diese Seite darf das Dokument nicht bearbeiten",
  "The update cannot be applied.": "Die Änderung lässt sich nicht anwenden.",
  "Nothing may be run here.": "Hier darf nichts ausgeführt werden.",
  "No kernel runs.": "Es läuft kein Kernel.",
  "The kernel has ended.": "Der Kernel ist beendet.",
  "the kernel does not run": "der Kernel läuft nicht",
  "the kernel was killed (SIGKILL), most likely because memory ran out":
    "der Kernel wurde getötet (SIGKILL), wahrscheinlich, weil der Speicher ausging",
  "the kernel was shut down": "der Kernel wurde beendet",
  "the kernel was stopped": "der Kernel wurde angehalten",
  "Nothing waits for an answer.": "Nichts wartet auf eine Antwort.",
  "There is no such cell.": "Diese Zelle gibt es nicht.",
  "There is no such version.": "Diese Version gibt es nicht.",
  "Too many calls are under way.": "Zu viele Aufrufe sind unterwegs.",
  "the document did not open in time": "das Dokument hat sich nicht rechtzeitig geöffnet",
  "the rights on the document have changed; open it again":
    "die Rechte am Dokument haben sich geändert; öffnen Sie es erneut",
  "too much that pages have sent is waiting to be taken": "zu viel von dem, was Seiten gesendet haben, wartet noch",
  "the project does not take its input": "das Projekt nimmt seine Eingaben nicht an",
  "the file is too large to be kept; clear large outputs, and try again":
    "die Datei ist zu groß zum Aufbewahren; löschen Sie große Ausgaben und versuchen Sie es erneut",
  "no more snapshots of this project can be kept": "von diesem Projekt werden nicht noch mehr Stände aufbewahrt",
  "the document could not be saved in time; try again":
    "das Dokument ließ sich nicht rechtzeitig speichern; versuchen Sie es erneut",
} as const;

/** What CodeMirror says, by its own names; `$` stands for its values. */
export const CODEMIRROR = {
  next: "weiter",
  previous: "zurück",
  all: "alle",
  "match case": "Groß/klein",
  regexp: "Ausdruck",
  "by word": "ganze Wörter",
  replace: "ersetzen",
  "replace all": "alle ersetzen",
  close: "schließen",
  go: "gehe",
  "replaced match on line $": "Treffer in Zeile $ ersetzt",
  "replaced $ matches": "$ Treffer ersetzt",
  "current match": "jetziger Treffer",
  "on line": "in Zeile",
  Completions: "Vorschläge",
  "Control character": "Steuerzeichen",
  "Folded lines": "Eingeklappt: Zeilen",
  "Unfolded lines": "Ausgeklappt: Zeilen",
  to: "bis",
  "folded code": "eingeklappter Code",
  unfold: "ausklappen",
  "Fold line": "Einklappen",
  "Unfold line": "Ausklappen",
  "Selection deleted": "Auswahl gelöscht",
} as const;
