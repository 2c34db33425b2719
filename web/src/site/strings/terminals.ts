import { strings } from "../strings.ts";

export const terminals = strings({
  title: ["Running terminals", "Laufende Terminals"],
  nobody: ["nobody looks at it", "niemand sieht hin"],
  shown: ["shown by {count}", "wird {count}-mal gezeigt"],
  busy: ["a program runs in it", "ein Programm läuft darin"],
  end: ["End", "Beenden"],
});
