/** What a document was: its versions, their contents, and bringing one back. */
import * as Y from "yjs";
import { list, number, object, record, text } from "../wire/shape.ts";
import type { LiveDocument } from "./document.ts";

const history = object({
  versions: list(object({ version: number, time: number, account_ids: list(text) })),
  names: record(text),
});
const content = object({ content: text });
const change = object({ update: text });

export interface Version {
  readonly number: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** Names of those who made it; nobody if that was a program. */
  readonly people: readonly string[];
}

/** All methods reject with `CallError` or `BadReply`. */
export class Past {
  readonly #document: LiveDocument;
  readonly #contents = new Map<number, Promise<string>>();

  constructor(document: LiveDocument) {
    this.#document = document;
  }

  /** Oldest first. */
  async versions(): Promise<readonly Version[]> {
    const { versions, names } = history(await this.#document.call("history", {}));
    return versions.map(({ version, time, account_ids }) => ({
      number: version,
      time,
      people: account_ids.map((id) => names[id] ?? id),
    }));
  }

  /** The text of the file as it was, with `\n` at the end of lines; asked for once. */
  content({ number: version }: Version): Promise<string> {
    const known = this.#contents.get(version);
    if (known !== undefined) return known;
    const asked = this.#document.call("history.at", { version }).then((reply) => content(reply).content);
    const read = asked.then((raw) => raw.replace(/^\ufeff/, "").replaceAll(/\r\n?/g, "\n"));
    read.catch(() => this.#contents.delete(version));
    this.#contents.set(version, read);
    return read;
  }

  /** Make the document what it was: an edit of `origin`, by which histories of edits know what they may take back. */
  async restore({ number: version }: Version, origin: unknown): Promise<void> {
    const { update } = change(await this.#document.call("history.restore", { version }));
    Y.applyUpdate(
      this.#document.ydoc,
      Uint8Array.from(atob(update), (byte) => byte.charCodeAt(0)),
      origin,
    );
  }
}
