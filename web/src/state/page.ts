/** Everything that this page is about, put together: what views and the bridge to the parent page work on. */
import { effect, type Signal, signal } from "@preact/signals";
import type { Config } from "../wire/config.ts";
import { Hub } from "../wire/hub.ts";
import type { MakeWebSocket } from "../wire/socket.ts";
import type { Address } from "./address.ts";
import { Connection } from "./connection.ts";
import { OpenFiles } from "./files.ts";
import type { Sentence } from "./say.ts";
import { type Account, Session } from "./session.ts";
import { Theme } from "./theme.ts";

export class Page {
  readonly config: Config;
  readonly address: Address;
  readonly hub: Hub;
  readonly session: Session;
  readonly connection: Connection;
  readonly files: OpenFiles;
  readonly theme: Theme;
  /** Whether the page is as high as its content, for a frame that grows with it. */
  readonly natural: Signal<boolean>;
  /** What somebody wanted to leave the file for, last; a notice says that it stays. */
  readonly blocked: Signal<{ readonly path: string } | null> = signal(null);
  /** Somebody follows a link from a file to another path of the server; an embedded page only tells of it. */
  leave: (path: string) => void = (path) => {
    this.blocked.value = { path };
  };
  readonly #stops: (() => void)[] = [];

  constructor(config: Config, address: Address, make?: MakeWebSocket) {
    this.config = config;
    this.address = address;
    this.hub = new Hub(config.base);
    this.session = new Session(this.hub, address, address.eid);
    this.connection = new Connection(this.session, this.hub.live, make);
    this.files = new OpenFiles(this.connection);
    this.theme = new Theme(address.theme);
    this.natural = signal(address.resize !== "off");
    this.#stops.push(this.#watchAccount());
  }

  /** Sign in (`sent`: the redemption is under way already), keep connected, and open the file of the address. */
  start(token: string | null, sent?: Promise<Response>): void {
    void this.connection.serve();
    this.session.start(token, sent).catch((error) => {
      this.session.refuse("forbidden", "The server gave an answer that cannot be read." satisfies Sentence);
      console.warn("signing in failed", error);
    });
    const { projectId, path, target } = this.address;
    if (projectId !== null && path !== null) this.files.enter({ projectId, path, target, create: false }, "front");
  }

  /** Sign in as whoever has signed in with this browser, for the page of a project, and keep connected. */
  enter(projectId: string): void {
    void this.connection.serve();
    this.session.enter(projectId).catch((error) => {
      this.session.refuse("forbidden", "The server gave an answer that cannot be read." satisfies Sentence);
      console.warn("signing in failed", error);
    });
  }

  dispose(): void {
    for (const stop of this.#stops) stop();
    this.files.drop();
    this.connection.dispose();
    this.session.dispose();
    this.theme.dispose();
  }

  /** Nothing of one account is shown to another. */
  #watchAccount(): () => void {
    let last: Account | null = null;
    return effect(() => {
      const account = this.session.account.value;
      if (account === null) return;
      if (last !== null && last.id !== account.id) this.files.drop();
      if (last !== null) this.connection.restart();
      last = account;
    });
  }
}
