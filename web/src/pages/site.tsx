/** The site's own pages: signing in, projects, settings, administration. Takes over from the first script. */
import { render } from "preact";
import type { Boot } from "../embed/boot.ts";
import { Frame } from "../site/frame.tsx";
import { Site, SiteContext } from "../site/site.ts";

function start(boot: Boot): void {
  const site = new Site(boot.config, boot);
  const root = document.getElementById("app") ?? document.body.appendChild(document.createElement("div"));
  render(
    <SiteContext.Provider value={site}>
      <Frame />
    </SiteContext.Provider>,
    root,
  );
}

if (window.carrelBoot !== undefined) start(window.carrelBoot);
