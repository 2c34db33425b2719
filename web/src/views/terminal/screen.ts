/** A terminal on the screen: xterm, fed by the channel and as large as the agent says. */
import { effect } from "@preact/signals";
import { FitAddon } from "@xterm/addon-fit";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { Terminal } from "@xterm/xterm";
import type { LiveDocument } from "../../state/document.ts";
import { quietly } from "../../state/kept.ts";
import { say } from "../../state/say.ts";
import { LiveTerminal } from "../../state/terminal.ts";
import type { EditorContext } from "../editors.ts";
import { limitAnswers } from "./questions.ts";
import { themeOf } from "./theme.ts";

const SCROLLBACK_LINES = 10_000;
const READABLE_CONTRAST = 4.5;
const FONT_SIZE_KEPT_AS = "carrel-terminal-font-size";
const SMALLEST_PX = 8;
const LARGEST_PX = 32;

export interface ScreenOptions {
  readonly document: LiveDocument;
  readonly context: EditorContext;
  /** The keyboard wants to leave the terminal. */
  leave(): void;
}

export class Screen {
  readonly terminal: Terminal;
  readonly live: LiveTerminal;
  readonly #host: HTMLElement;
  readonly #fit = new FitAddon();
  readonly #observer = new ResizeObserver(() => this.fit());
  readonly #ends: (() => void)[] = [];

  constructor(host: HTMLElement, { document, context, leave }: ScreenOptions) {
    const follows = (_: MouseEvent, uri: string) => follow(uri, context.reportBlocked);
    const style = getComputedStyle(host);
    Terminal.strings.promptLabel = say("Terminal input");
    Terminal.strings.tooMuchOutput = say("Too much output to announce, navigate to rows manually to read");
    const terminal = new Terminal({
      fontFamily: style.fontFamily,
      fontSize: keptFontSize() ?? Number.parseFloat(style.fontSize),
      scrollback: SCROLLBACK_LINES,
      minimumContrastRatio: READABLE_CONTRAST,
      linkHandler: { activate: follows },
    });
    this.terminal = terminal;
    this.#host = host;
    this.live = new LiveTerminal(document, terminal);
    const { live } = this;
    terminal.loadAddon(this.#fit);
    terminal.loadAddon(new WebLinksAddon(follows));
    limitAnswers(terminal, () => live.answers);
    terminal.attachCustomKeyEventHandler((event) => isForTerminal(event, leave));
    terminal.onData((text) => live.type(new TextEncoder().encode(text)));
    terminal.onBinary((text) => live.type(Uint8Array.from(text, (character) => character.charCodeAt(0))));
    terminal.open(host);
    this.#ends.push(this.#followSize(), this.#followTheme(context), this.#followRights(document));
    const listener = () => this.fit();
    globalThis.document.addEventListener("visibilitychange", listener);
    this.#ends.push(() => globalThis.document.removeEventListener("visibilitychange", listener));
    this.#observer.observe(host);
  }

  /** Tell the agent what there is room for. */
  fit(): void {
    const isVisible = this.#host.offsetHeight > 0 && globalThis.document.visibilityState === "visible";
    const size = isVisible ? this.#fit.proposeDimensions() : undefined;
    this.live.fit(size ? { columns: size.cols, rows: size.rows } : null);
  }

  /** For this terminal now, and for all that this browser opens from now on. */
  changeFontSize(step: number): void {
    const { options } = this.terminal;
    options.fontSize = within((options.fontSize ?? LARGEST_PX) + step);
    quietly(() => localStorage.setItem(FONT_SIZE_KEPT_AS, String(options.fontSize)));
    this.fit();
  }

  dispose(): void {
    this.#observer.disconnect();
    for (const end of this.#ends) end();
    this.live.dispose();
    this.terminal.dispose();
  }

  #followSize(): () => void {
    return effect(() => {
      const size = this.live.size.value;
      if (size !== null) this.terminal.resize(size.columns, size.rows);
    });
  }

  #followTheme(context: EditorContext): () => void {
    return effect(() => {
      void context.theme.value;
      queueMicrotask(() => {
        this.terminal.options.theme = themeOf(this.#host); // when the page has got its new look
      });
    });
  }

  #followRights(document: LiveDocument): () => void {
    return effect(() => {
      this.terminal.options.disableStdin = document.readonly.value;
    });
  }
}

const within = (pixels: number): number => Math.min(Math.max(pixels, SMALLEST_PX), LARGEST_PX);

function keptFontSize(): number | null {
  const kept = Number.parseFloat(quietly(() => localStorage.getItem(FONT_SIZE_KEPT_AS)) ?? "");
  return Number.isFinite(kept) ? within(kept) : null;
}

/** Open an address of the web that was clicked in a new tab; one of this server leads out of the terminal. */
function follow(uri: string, blocked: (path: string) => void): void {
  const url = URL.parse(uri);
  if (url?.origin === location.origin) blocked(url.pathname);
  else if (url?.protocol === "https:" || url?.protocol === "http:") window.open(url, "_blank", "noopener,noreferrer");
}

/** Whether a key is the terminal's: Ctrl+Shift with C copies, with V pastes (the browser does), with ↑ leaves. */
function isForTerminal(event: KeyboardEvent, leave: () => void): boolean {
  if (!event.ctrlKey || !event.shiftKey || !["KeyC", "KeyV", "ArrowUp"].includes(event.code)) return true;
  if (event.code === "KeyV") return false;
  event.preventDefault();
  if (event.type !== "keydown") return false;
  if (event.code === "ArrowUp") leave();
  else document.execCommand("copy"); // the clipboard's own interface asks for a permission that frames seldom have
  return false;
}
