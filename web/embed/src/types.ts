/** What a page that embeds Carrel says and hears, as types; messages on the wire are in `wire.ts`. */

export type Theme = "light" | "dark" | "auto";
export type Why = "missing" | "invalid" | "expired";
export type Format = "raw" | "ipynb" | "py" | "html" | "md";

export interface FileRef {
  projectId: string;
  path: string;
}

/** What a file was at a moment, which the server keeps; fetch it there by its id for a proof of what a message says. */
export interface Snapshot extends FileRef {
  snapshotId: string;
  sha256: string;
}

export interface EmbedOptions {
  /** Address of the server, with its base path if it has one: `https://carrel.example.org`. */
  server: string;
  /** The element that gets the iframe, or a selector for it. */
  target: HTMLElement | string;
  /** With `path`: the frame shows this file. Without: it waits for `open`. */
  projectId?: string;
  path?: string;
  /** Asked whenever the frame has no valid token; preferred, as the token is then in no address. */
  getToken?: (why: Why) => Promise<string>;
  /** A token known beforehand; travels in the fragment, which reaches no server. */
  token?: string;
  /** Put `token` in the query instead, for servers that know only that. */
  tokenInQuery?: boolean;
  theme?: Theme;
  readonly?: boolean;
  /** Show a button that hands the file in; the event `submit` tells of it. */
  submit?: boolean;
  /** Let the frame grow with its content. */
  autoHeight?: boolean | { min?: number; max?: number };
  /** When to load; `click` shows a button first. Default `eager`. */
  loading?: "eager" | "lazy" | "click";
  title?: string;
  /** Value of the iframe's attribute of that name. */
  allow?: string;
  /** Value of the iframe's attribute of that name; `null`: no such attribute. */
  sandbox?: string | null;
  /** How long the frame has for becoming ready and for its first answer to a request; default 30000. */
  timeoutMs?: number;
  /** Told of each message that goes and comes; tokens are in some of them. */
  trace?: (direction: "out" | "in", message: unknown) => void;
}

export interface Status {
  connection: { quality: string; status: string; statusTime?: number; ping?: number };
  openFiles: Record<string, string[]>;
  ready?: boolean;
  dirty?: Record<string, string[]>;
}

export interface Opening extends Promise<FileRef> {
  /** Settled when the frame has taken the request, before the file is shown. */
  acked: Promise<void>;
}

export interface Events {
  ready: { protocol: number; actions: string[]; version: string };
  "auth-required": { reason: Why };
  dirty: FileRef & { dirty: boolean };
  saved: FileRef & { mtime: number; cause: "auto" | "user" | "parent" };
  resize: FileRef & { height: number; width: number };
  kernel: FileRef & { state: string };
  submit: Snapshot;
  blocked: { path: string };
  error: { code: string; mesg: string };
}

export interface CarrelFrame {
  readonly iframe: HTMLIFrameElement;
  /** Settled when the frame can open files; rejects with a `CarrelError` `timeout` or `auth`. */
  readonly ready: Promise<void>;
  open(
    file: FileRef,
    options?: { line?: number; cell?: string; anchor?: string; create?: boolean; background?: boolean },
  ): Opening;
  closeAll(): Promise<void>;
  status(): Promise<Status>;
  /** Save a file, all files (`"*"`), or the one in front. */
  save(file?: FileRef | "*"): Promise<void>;
  run(options?: {
    file?: FileRef;
    cell?: string;
    stopOnError?: boolean;
  }): Promise<{ ok: boolean; executed: number; failed: number }>;
  export(format?: Format, file?: FileRef): Promise<{ filename: string; mime: string; data: ArrayBuffer }>;
  /** Have the server keep a file, or the one in front, as it is. */
  snapshot(file?: FileRef): Promise<Snapshot>;
  setTheme(theme: Theme): Promise<void>;
  /** Whether the frame answers this action; known once it is ready. */
  supports(action: string): boolean;
  /** Listen to an event; returns what ends that. */
  on<K extends keyof Events>(event: K, listener: (data: Events[K]) => void): () => void;
  /** End it all; what is pending is rejected with `cancelled`. */
  destroy(): void;
}
