/** The page application: takes over from the first script, puts the page together and shows it. */
import { effect } from "@preact/signals";
import { render } from "preact";
import "../theme.css";
import "../views/shell.css";
import type { Boot } from "../embed/boot.ts";
import { Bridge, loadRarely } from "../embed/bridge.ts";
import { confine } from "../embed/confinement.ts";
import { keepEid } from "../embed/eid.ts";
import { Parent } from "../embed/parent.ts";
import { tellParent } from "../embed/telling.ts";
import type { DocumentKind } from "../state/document.ts";
import { Page } from "../state/page.ts";
import { languageLoaded } from "../state/say.ts";
import { until } from "../state/until.ts";
import { findEditor } from "../views/editors.ts";
import { Shell } from "../views/shell.tsx";

/** The content of sandboxed frames lies beside the directory of the scripts. */
const FRAME_URL = new URL(/* @vite-ignore */ "../output-frame.html", import.meta.url).href;

function start(boot: Boot): void {
  const page = new Page(boot.config, boot.address);
  const root = document.getElementById("app") ?? document.body.appendChild(document.createElement("div"));
  root.id = "app";
  const drawn = languageLoaded().then(() => render(<Shell page={page} frameUrl={FRAME_URL} />, root));
  const parent = connect(boot, page, root);
  if (boot.address.submit) void drawn.then(loadRarely).then(({ offerSubmit }) => offerSubmit(page, parent, root));
  confine(document, {
    kiosk: boot.address.kiosk,
    block: (path) => page.leave(path),
    reveal: (target) => page.files.front.value?.reveal(target),
  });
  effect(() => keepEid(page.session.eid.value));
  preload(boot.address.path);
  const { sign } = boot;
  boot.sign = null;
  if (window.origin === "null") return; // the banner says what is missing
  page.start(sign?.token ?? null, sign?.sent);
}

/** Take over the conversation with the parent page, if there is one. */
function connect(boot: Boot, page: Page, root: HTMLElement): Parent | null {
  const { inbox } = boot;
  if (inbox === null) return null;
  inbox.restrict(() => page.session.account.peek()?.scope.origins ?? null);
  const bridge = new Bridge(page);
  boot.status = () => bridge.status();
  boot.handle = (request) => bridge.handle(request);
  for (const request of boot.early.splice(0)) bridge.handle(request);
  const surroundings = {
    parent: window.parent,
    ancestorOrigins: [...(location.ancestorOrigins ?? [])],
    referrer: document.referrer,
    ownOrigin: location.origin,
  };
  const parent = new Parent(inbox, surroundings, boot.address.embedOrigin);
  tellParent(page, parent);
  void until(page.natural, (isNatural) => isNatural)
    .then(loadRarely)
    .then(({ tellSize }) => tellSize(page, parent, root));
  return parent;
}

const KINDS: Readonly<Record<string, DocumentKind>> = { ipynb: "notebook", term: "terminal" };

/** Load the editor while the file is still on its way. */
function preload(path: string | null): void {
  if (path === null) return;
  const kind = findEditor(KINDS[path.split(".").at(-1) ?? ""] ?? "text", path);
  kind?.load().catch(() => undefined); // reported when the editor is shown
}

if (window.carrelBoot !== undefined) start(window.carrelBoot);
