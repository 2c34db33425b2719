/** Text of a terminal: streams, plain text and tracebacks. */
import { Component, type VNode } from "preact";
import { type AnsiColor, type AnsiSpan, type AnsiStyle, plainText } from "./ansi.ts";
import type { ErrorOutput } from "./model.ts";
import type { StreamChunk, StreamText } from "./stream.ts";

/** What the agent writes at the end of a text that it cut. */
const TRUNCATED = /\n?\[(output truncated: [^\]\n]*)\]\s*$/;
const LONG_TRACEBACK = 40;

interface TextProps {
  readonly text: StreamText;
  readonly kind: "stdout" | "stderr" | "plain";
}

export function Text({ text, kind }: TextProps): VNode {
  const mark = TRUNCATED.exec(text.chunks.at(-1)?.text ?? "");
  const shown = mark ? text.withTail(text.length - mark[0].length, "") : text;
  return (
    <>
      <div class={`output-text output-${kind}`}>
        {shown.chunks.map((chunk, index) => (
          <Chunk key={index} chunk={chunk} first={index < 2} />
        ))}
      </div>
      {mark && <p class="output-notice output-truncated">{mark[1]}</p>}
    </>
  );
}

interface ChunkProps {
  readonly chunk: StreamChunk;
  /** Coloured at once. */
  readonly first: boolean;
}

/**
 * Chunks do not change, so each is drawn once. Those that are not seen yet are there as text, to be found and copied;
 * their colours, which make thousands of elements, come when the browser has to paint them.
 */
class Chunk extends Component<ChunkProps, { coloured: boolean }> {
  override state = { coloured: this.props.first };

  override shouldComponentUpdate(next: ChunkProps, state: { coloured: boolean }): boolean {
    return next.chunk !== this.props.chunk || state.coloured !== this.state.coloured;
  }

  private readonly watch = (element: HTMLElement | null): void => {
    if (!element || this.state.coloured) return;
    if (!("oncontentvisibilityautostatechange" in element)) this.setState({ coloured: true });
    element.addEventListener("contentvisibilityautostatechange", (event) => {
      if (!(event as ContentVisibilityAutoStateChangeEvent).skipped) this.setState({ coloured: true });
    });
  };

  override render({ chunk }: ChunkProps): VNode {
    return (
      <div class="output-chunk" ref={this.watch} style={{ containIntrinsicSize: `auto ${chunk.lines * 1.3}em` }}>
        {this.state.coloured ? chunk.spans.map(spanOf) : plainText(chunk.text)}
      </div>
    );
  }
}

function spanOf({ text, style }: AnsiSpan): VNode | string {
  const names = classesOf(style);
  const [color, ground] = style.inverse ? [style.background, style.color] : [style.color, style.background];
  if (names === "" && color === null && ground === null) return text;
  const fixed = {
    ...(isFixed(color) && { color: ground === null ? legible(color) : color }),
    ...(isFixed(ground) && { background: ground }),
  };
  return (
    <span class={`${names}${paletteClass("fg", color)}${paletteClass("bg", ground)}`} style={fixed}>
      {text}
    </span>
  );
}

const FLAGS = ["bold", "faint", "italic", "underline", "strike", "inverse"] as const;

function classesOf(style: AnsiStyle): string {
  return FLAGS.filter((flag) => style[flag])
    .map((flag) => `ansi-${flag} `)
    .join("");
}

function isFixed(color: AnsiColor | null): color is string {
  return typeof color === "string";
}

/** Programs choose colours for a terminal of their own; here they keep their hue, and are dark or light enough. */
function legible(color: string): string {
  return `light-dark(oklch(from ${color} min(l, 0.5) c h), oklch(from ${color} max(l, 0.75) c h))`;
}

function paletteClass(ground: "fg" | "bg", color: AnsiColor | null): string {
  return typeof color === "number" ? `ansi-${ground}-${color} ` : "";
}

/** A long traceback can be folded to the error itself. */
export function Traceback({ output }: { readonly output: ErrorOutput }): VNode {
  const { name, message, traceback } = output;
  const headline = plainText(message ? `${name}: ${message}` : name);
  if (traceback.length === 0) return <div class="output-error output-text">{headline}</div>;
  if (traceback.lines <= LONG_TRACEBACK) return <Trace output={output} />;
  return (
    <details class="output-error-long" open>
      <summary>{headline}</summary>
      <Trace output={output} />
    </details>
  );
}

function Trace({ output }: { readonly output: ErrorOutput }): VNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="output-error" tabIndex={0}>
      <Text text={output.traceback} kind="plain" />
    </section>
  );
}
