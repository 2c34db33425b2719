/** A project in the list. */
import type { VNode } from "preact";
import type { View } from "../../project-list.ts";
import type { Listed } from "../../projects.ts";
import { useSite } from "../../site.ts";
import { projects as words } from "../../strings/projects.ts";
import { running } from "../../strings/running.ts";
import { ago, exactly } from "../../ui/moments.ts";
import { People } from "../../ui/people.tsx";
import { StartStop, StateMark } from "../../ui/run-state.tsx";
import { Menu } from "../../ui/ui.tsx";
import type { ListActions } from "./actions.ts";

interface RowProps {
  readonly project: Listed;
  readonly names: Readonly<Record<string, string>>;
  readonly view: View;
  readonly actions: ListActions;
  rename(project: Listed): void;
}

export function Row({ project, names, view, actions, rename }: RowProps): VNode {
  const { router } = useSite();
  const { project_id, last_edited } = project;
  const title = project.title || words.untitled();
  const state = actions.stateOf(project);
  return (
    <tr>
      <td class="project-title">
        {view === "deleted" ? title : <a href={router.href(`/projects/${project_id}/files/`)}>{title}</a>}
      </td>
      <td>
        <StateMark state={state} />
      </td>
      <td class="soft wide-only">
        {last_edited !== null && (
          <time dateTime={new Date(last_edited).toISOString()} title={exactly(last_edited)}>
            {ago(last_edited)}
          </time>
        )}
      </td>
      <td class="wide-only">
        <People names={project.people.map((id) => names[id] ?? "")} />
      </td>
      <td>
        <div class="row-actions">
          {view === "deleted" ? (
            <button type="button" onClick={() => void actions.setDeleted(project, false)}>
              {words.restore()}
              <span class="visually-hidden"> {title}</span>
            </button>
          ) : (
            <>
              <StartStop state={state} of={title} act={(action) => void actions.act(project, action)} />
              <Menu label="⋯" name={words.more({ title })}>
                <button type="button" onClick={() => rename(project)}>
                  {words.rename()}
                </button>
                {state === "running" && (
                  <button type="button" onClick={() => void actions.act(project, "restart")}>
                    {running.restart()}
                  </button>
                )}
                <button type="button" onClick={() => void actions.setHidden(project, !project.hidden)}>
                  {project.hidden ? words.unhide() : words.hide()}
                </button>
                <button type="button" onClick={() => void actions.setDeleted(project, true)}>
                  {words.remove()}
                </button>
              </Menu>
            </>
          )}
        </div>
      </td>
    </tr>
  );
}
