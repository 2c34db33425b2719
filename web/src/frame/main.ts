/**
 * The content of a sandboxed frame: draws outputs that may contain anything, and tells how high they are.
 *
 * Nothing here protects the page, for an output's script can change all of it; the sandbox, the policy of this document
 * and the other end of the port do. It runs before any output, so the port is its own until it gives it away.
 */
import "./frame.css";
import { draw } from "./draw.ts";
import { FrameLink } from "./link.ts";
import { type FrameOrder, type FrameTheme, HELLO } from "./protocol.ts";
import { learn } from "./words.ts";

const channel = new MessageChannel();
const link = new FrameLink(channel.port1);
const sections: HTMLElement[] = [];
let queue = Promise.resolve();

channel.port1.onmessage = ({ data }: MessageEvent<FrameOrder>) => obey(data);
document.addEventListener("click", followLink);
new ResizeObserver(() =>
  link.send({ type: "height", height: Math.ceil(document.body.getBoundingClientRect().height) }),
).observe(document.body);
// Says nothing but that it is there; the port is for whoever made the frame.
parent.postMessage(HELLO, "*", [channel.port2]);

function obey(order: FrameOrder): void {
  switch (order.type) {
    case "put": {
      const section = sectionAt(order.index);
      queue = queue.then(() => draw(order.item, section, link)); // in order: a script may need what is before it
      break;
    }
    case "theme":
      adopt(order.theme);
      break;
    case "words":
      learn(order.language, order.wordings);
      break;
    case "comm":
    case "comms":
      link.receive(order);
  }
}

function sectionAt(index: number): HTMLElement {
  let section = sections[index];
  if (!section) {
    section = document.createElement("section");
    sections[index] = section;
    document.body.append(section);
  }
  return section;
}

function adopt(theme: FrameTheme): void {
  const { style, dataset } = document.documentElement;
  dataset.theme = theme.mode;
  style.colorScheme = theme.mode;
  style.setProperty("--color", theme.color);
  style.setProperty("--background", theme.background);
}

/** Links are opened by the page, which checks them; places in the output itself are gone to here. */
function followLink(event: MouseEvent): void {
  const [target] = event.composedPath();
  const href = target instanceof Element ? target.closest("a[href], area[href]")?.getAttribute("href") : null;
  if (href == null || href.startsWith("#") || event.defaultPrevented) return;
  event.preventDefault();
  link.send({ type: "link", href });
}
