import { describe, expect, it } from "vitest";
import { COMMANDS } from "./notebook-command-names.ts";
import { COMMAND_KEYS, CommandKeys, chordOf, type Press } from "./notebook-keys.ts";

const press = (key: string, modifiers: Partial<Press> = {}): Press => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...modifiers,
});

describe("keys of command mode", () => {
  it.each([
    [press("a"), "a"],
    [press("M", { shiftKey: true }), "Shift-m"],
    [press("?", { shiftKey: true }), "?"],
    [press("ArrowDown", { shiftKey: true }), "Shift-ArrowDown"],
    [press("Enter", { ctrlKey: true }), "Ctrl-Enter"],
    [press("s", { metaKey: true }), "Meta-s"],
    [press("_", { ctrlKey: true, shiftKey: true, code: "Minus" }), "Ctrl-Shift-Minus"],
    [press("Shift", { shiftKey: true }), null],
    [press("a", { isComposing: true }), null],
  ])("writes %o as %s", (event, chord) => {
    expect(chordOf(event)).toBe(chord);
  });

  it("reads single keys and keys with the platform's modifier", () => {
    expect(new CommandKeys(false).read(press("b"), 0)).toBe("insert-below");
    expect(new CommandKeys(false).read(press("s", { ctrlKey: true }), 0)).toBe("save");
    expect(new CommandKeys(true).read(press("s", { metaKey: true }), 0)).toBe("save");
    expect(new CommandKeys(false).read(press("s", { metaKey: true }), 0)).toBeNull();
    expect(new CommandKeys(true).read(press("Enter", { ctrlKey: true }), 0)).toBe("run");
    expect(new CommandKeys(true).read(press("Enter", { metaKey: true }), 0)).toBe("run");
  });

  it("deletes on d d only, within its time", () => {
    const keys = new CommandKeys(false);
    expect(keys.read(press("d"), 0)).toBe("pending");
    expect(keys.read(press("d"), 400)).toBe("delete");
    expect(keys.read(press("d"), 500)).toBe("pending");
    expect(keys.read(press("d"), 2000)).toBe("pending");
    expect(keys.read(press("d"), 2100)).toBe("delete");
  });

  it("another key ends a sequence and counts itself", () => {
    const keys = new CommandKeys(false);
    expect(keys.read(press("i"), 0)).toBe("pending");
    expect(keys.read(press("b"), 10)).toBe("insert-below");
    expect(keys.read(press("i"), 20)).toBe("pending");
    expect(keys.read(press("i"), 30)).toBe("interrupt");
  });

  it("leaves keys that mean nothing to the browser", () => {
    expect(new CommandKeys(false).read(press("Tab"), 0)).toBeNull();
    expect(new CommandKeys(false).read(press("c", { ctrlKey: true }), 0)).toBeNull();
    expect(new CommandKeys(false).read(press("r", { ctrlKey: true }), 0)).toBeNull();
  });

  it("tells what every command with a key does", () => {
    for (const command of Object.values(COMMAND_KEYS)) expect(COMMANDS[command]).toMatch(/^[A-Z]/);
  });
});
