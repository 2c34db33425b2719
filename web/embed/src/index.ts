/** Embed Carrel in a page: an iframe, and a typed conversation with it. */

import { Frame } from "./frame.ts";
import { makeIframe, show } from "./iframe.ts";
import type { CarrelFrame, EmbedOptions } from "./types.ts";

export { CarrelError } from "./errors.ts";
export type * from "./types.ts";

/** Make an iframe in `target` and talk to it. */
export function embed(o: EmbedOptions): CarrelFrame {
  const iframe = makeIframe(o);
  const frame = new Frame(iframe, o);
  show(iframe, o, frame.life.signal);
  return frame;
}

/** Talk to an iframe that is in the page already. */
export function connect(iframe: HTMLIFrameElement, server: string, o: Partial<EmbedOptions> = {}): CarrelFrame {
  const frame = new Frame(iframe, { ...o, server });
  frame.watch();
  return frame;
}
