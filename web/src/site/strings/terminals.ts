import { strings } from "../strings.ts";

export const terminals = strings({
  title: ["Running terminals", "Laufende Terminals"],
  nobody: ["nobody looks at it", "niemand sieht hin"],
  shown: ["pages that show it: {count}", "Seiten, die es zeigen: {count}"],
  busy: ["a program runs in it", "ein Programm läuft darin"],
  end: ["End", "Beenden"],
});
