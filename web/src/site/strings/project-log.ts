import { strings } from "../strings.ts";

export const projectLog = strings({
  none: ["Nothing has happened yet.", "Noch ist nichts geschehen."],
  noneAdvice: [
    "Opened files, starts and stops, and changes of people and settings are told here.",
    "Hier steht, wer Dateien geöffnet, das Projekt gestartet oder angehalten und Personen oder Einstellungen geändert hat.",
  ],
  more: ["Show earlier ones", "Frühere zeigen"],
  open: ["opened {what}", "hat {what} geöffnet"],
  start_project: ["started the project", "hat das Projekt gestartet"],
  stop_project: ["stopped the project", "hat das Projekt angehalten"],
  restart_project: ["restarted the project", "hat das Projekt neu gestartet"],
  project_ended: ["The project ended: {what}", "Das Projekt endete: {what}"],
  title: ["named the project “{what}”", "hat das Projekt „{what}“ genannt"],
  set: ["changed the settings", "hat die Einstellungen geändert"],
  add_collaborator: ["added {whom}", "hat {whom} hinzugefügt"],
  joined: ["joined the project", "ist dem Projekt beigetreten"],
  remove_collaborator: ["removed {whom}", "hat {whom} entfernt"],
  left: ["left the project", "hat das Projekt verlassen"],
  made_owner: ["made {whom} an owner", "hat {whom} zum Eigentümer gemacht"],
  made_collaborator: ["made {whom} a collaborator", "hat {whom} zum Mitarbeiter gemacht"],
  invite: ["invited {whom}", "hat {whom} eingeladen"],
  delete_project: ["deleted the project", "hat das Projekt gelöscht"],
  undelete_project: ["undeleted the project", "hat das Projekt wiederhergestellt"],
  other: ["did “{what}”", "hat „{what}“ getan"],
  somebody: ["Somebody", "Jemand"],
});
