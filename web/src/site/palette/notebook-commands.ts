/** The commands of an open notebook, by the names and keys of its own list of shortcuts. */
import { COMMANDS, type Command } from "../../state/notebook-command-names.ts";
import { COMMAND_KEYS } from "../../state/notebook-keys.ts";
import { say } from "../../state/say.ts";
import type { Shown } from "../../state/shown.ts";
import type { SiteCommand } from "../commands.ts";
import { palette as words } from "../strings/palette.ts";

export function notebookCommands({ perform }: Shown): readonly SiteCommand[] {
  if (perform === undefined) return [];
  const keys = new Map(
    Object.entries(COMMAND_KEYS)
      .map(([key, command]) => [command, key] as const)
      .reverse(),
  );
  return (Object.keys(COMMANDS) as Command[]).map((command) => ({
    name: say(COMMANDS[command]),
    about: words.notebook(),
    ...(keys.has(command) && { keys: keys.get(command) as string }),
    run: () => perform(command),
  }));
}
