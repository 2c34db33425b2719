/** A project: what it is called, whether it runs, and its sections, each loaded when it is shown first. */
import "./project/project.css";
import type { VNode } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { inLanguage } from "../../state/say.ts";
import { Banner } from "../../views/banner.tsx";
import { Loaded } from "../loaded.tsx";
import type { PageModule, Params } from "../router.ts";
import { useSite } from "../site.ts";
import { common } from "../strings/common.ts";
import { project as words } from "../strings/project.ts";
import { Empty, Problem } from "../ui/ui.tsx";
import { ProjectBar, ProjectTrouble } from "./project/bar.tsx";
import { ProjectContext, ProjectHere, type SectionName } from "./project/context.ts";
import { TabBar } from "./project/tab-bar.tsx";

/** `hub/pages/shell.py` names the files of these sections in the head of the document. */
const LOADS: Readonly<Record<SectionName, () => Promise<PageModule>>> = {
  files: () => import("./project/files.tsx"),
  editors: () => inLanguage(import("./project/editors.tsx")),
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
  if (site.embedded !== null && isSignedOut(here)) return <Banner page={here.live} />;
  const problem = here.problem.value;
  if (problem === "") {
    return (
      <Empty title={words.noAccess()}>
        <p>{words.noAccessAdvice()}</p>
        <a href={site.router.href("/projects")}>{common.toProjects()}</a>
      </Empty>
    );
  }
  return (
    <ProjectContext.Provider value={here}>
      <div class="project">
        <ProjectBar />
        <TabBar />
        <Problem text={problem} />
        <ProjectTrouble />
        <Sections section={section} />
        {here.details.value?.role === null && <AdminBar />}
      </div>
    </ProjectContext.Provider>
  );
}

/** At the foot of the page: it is known only after all else has its place. */
function AdminBar(): VNode {
  return (
    <aside class="acting-bar project-admin" aria-label={common.administration()}>
      {words.asAdmin()}
    </aside>
  );
}

/** Nobody may see the project, and nothing was written that has to be kept. */
function isSignedOut({ live }: ProjectHere): boolean {
  const { name } = live.session.state.value;
  const hasWritten = live.files.all.value.some((file) => file.document.value !== null);
  return (name === "required" || name === "refused") && !hasWritten;
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
