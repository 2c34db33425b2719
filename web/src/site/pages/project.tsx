/** A project: what it is called, whether it runs, and its sections, each loaded when it is shown first. */
import "./project/project.css";
import type { VNode } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { Loaded } from "../loaded.tsx";
import type { PageModule, Params } from "../router.ts";
import { useSite } from "../site.ts";
import { project as words } from "../strings/project.ts";
import { ProjectContext, ProjectHere, type SectionName } from "./project/context.ts";
import { TabBar } from "./project/tab-bar.tsx";

/** `hub/pages/shell.py` names the files of these sections in the head of the document. */
const LOADS: Readonly<Record<SectionName, () => Promise<PageModule>>> = {
  files: () => import("./project/files.tsx"),
  editors: () => import("./project/editors.tsx"),
  log: () => import("./project/log.tsx"),
  settings: () => import("./project/settings.tsx"),
};

export function Page({ params }: { readonly params: Params }): VNode {
  const id = params.project_id ?? "";
  return <Project key={id} id={id} />;
}

function Project({ id }: { readonly id: string }): VNode {
  const site = useSite();
  const here = useMemo(() => new ProjectHere(id, site), [id, site]);
  useEffect(() => here.enter(), [here]);
  const { section } = here.place.value;
  return (
    <ProjectContext.Provider value={here}>
      <div class="project">
        <nav class="project-bar" aria-label={words.sections()}>
          <Link here={here} place="files/" text={words.files()} isHere={section === "files"} />
          <Link here={here} place="log" text={words.log()} isHere={section === "log"} />
          <Link here={here} place="settings" text={words.settings()} isHere={section === "settings"} />
        </nav>
        <TabBar />
        <Sections section={section} />
      </div>
    </ProjectContext.Provider>
  );
}

/** The section that is shown, and the editors behind it, which come back as they were left. */
function Sections({ section }: { readonly section: SectionName }): VNode {
  const hasEditors = useRef(false);
  hasEditors.current ||= section === "editors";
  return (
    <>
      {hasEditors.current && (
        <div class="project-behind" hidden={section !== "editors"}>
          <Loaded load={LOADS.editors} params={{}} />
        </div>
      )}
      {section !== "editors" && <Loaded key={section} load={LOADS[section]} params={{}} />}
    </>
  );
}

interface LinkProps {
  readonly here: ProjectHere;
  readonly place: string;
  readonly text: string;
  readonly isHere: boolean;
}

function Link({ here, place, text, isHere }: LinkProps): VNode {
  return (
    <a href={here.href(place)} aria-current={isHere ? "page" : undefined}>
      {text}
    </a>
  );
}
