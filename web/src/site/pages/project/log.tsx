/** What the people of a project have done, the newest first. */
import type { VNode } from "preact";
import type { Entry, Log } from "../../projects.ts";
import { useSite } from "../../site.ts";
import { project as words } from "../../strings/project.ts";
import { projectLog } from "../../strings/project-log.ts";
import { clock, day } from "../../ui/moments.ts";
import { Empty, LoadedView, Problem } from "../../ui/ui.tsx";
import { useLoading, useWork } from "../../ui/work.ts";
import { useProject } from "./context.ts";
import { byDay, sentenceOf } from "./log-words.ts";

export function Page(): VNode {
  const { projects } = useSite();
  const here = useProject();
  const loading = useLoading((signal) => projects.log(here.id, null, signal), [projects, here]);
  const work = useWork();
  const more = async (shown: Log): Promise<void> => {
    const next = await projects.log(here.id, shown.next);
    const names = { ...shown.names, ...next.names };
    loading.put({ ...next, names, entries: [...shown.entries, ...next.entries] });
  };
  return (
    <div class="page">
      <div class="page-head">
        <h2>{words.log()}</h2>
      </div>
      <LoadedView of={loading} rows={8}>
        {(log) => (
          <>
            <Days log={log} />
            <Problem text={work.problem.value} />
            {log.next !== null && (
              <button type="button" disabled={work.busy.value} onClick={() => void work.run(() => more(log))}>
                {projectLog.more()}
              </button>
            )}
          </>
        )}
      </LoadedView>
    </div>
  );
}

function Days({ log }: { readonly log: Log }): VNode {
  if (log.entries.length === 0) {
    return (
      <Empty title={projectLog.none()}>
        <p>{projectLog.noneAdvice()}</p>
      </Empty>
    );
  }
  return (
    <>
      {byDay(log.entries, day).map(([name, entries]) => (
        <section key={name} class="log-day">
          <h3>{name}</h3>
          <ul>
            {entries.map((entry) => (
              <Line key={entry.id} entry={entry} names={log.names} />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

function Line({ entry, names }: { readonly entry: Entry; readonly names: Log["names"] }): VNode {
  const here = useProject();
  const { who, did, path } = sentenceOf(entry, names);
  const [before, after] = path === null ? [did, ""] : did.split(path);
  return (
    <li>
      <time class="soft" dateTime={new Date(entry.time).toISOString()}>
        {clock(entry.time)}
      </time>
      <span>
        {who && <strong>{who}</strong>} {before}
        {path !== null && <a href={here.href(`files/${path}`)}>{path}</a>}
        {after}
      </span>
    </li>
  );
}
