/** The projects of whoever has signed in: find, make, start, stop, rename, hide, delete. */
import "./projects.css";
import { useSignal, useSignalEffect } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { language } from "../../state/language.ts";
import { COLUMNS, type Column, FIRST_ORDER, found, inOrder, pressed, VIEWS, type View } from "../project-list.ts";
import type { Listed, Listing } from "../projects.ts";
import { useSite } from "../site.ts";
import { projects as words } from "../strings/projects.ts";
import { inWords } from "../ui/problems.ts";
import { repeatWhileVisible } from "../ui/repeat.ts";
import { Empty, LoadedView } from "../ui/ui.tsx";
import { useLoading } from "../ui/work.ts";
import { ListActions } from "./projects/actions.ts";
import { CreateDialog, RenameDialog } from "./projects/dialogs.tsx";
import { Row } from "./projects/row.tsx";

const ASK_EVERY_MS = 5000;
const ROWS_AT_ONCE = 30;

export function Page(): VNode {
  const site = useSite();
  const wished = site.router.query.value.get("show");
  const view = VIEWS.find((one) => one === wished) ?? "own";
  const isCreating = useSignal(false);
  useEffect(() => joinByInvitation(site), [site]);
  useSignalEffect(() => {
    if (!site.router.query.value.has("new")) return;
    site.router.go("/projects", { replace: true });
    isCreating.value = true;
  });
  return (
    <div class="page">
      <div class="page-head">
        <h1>{words.title()}</h1>
        <button type="button" class="primary" onClick={() => (isCreating.value = true)}>
          {words.create()}
        </button>
      </div>
      <nav class="views" aria-label={words.shown()}>
        {VIEWS.map((one) => (
          <a
            key={one}
            href={site.router.href(one === "own" ? "/projects" : `/projects?show=${one}`)}
            aria-current={one === view ? "page" : undefined}
          >
            {words[one]()}
          </a>
        ))}
      </nav>
      <List key={view} view={view} onCreate={() => (isCreating.value = true)} />
      {isCreating.value && <CreateDialog onClose={() => (isCreating.value = false)} />}
    </div>
  );
}

/** Somebody has followed the link of an invitation: `#invite=` and its token. */
function joinByInvitation(site: ReturnType<typeof useSite>): void {
  const token = /^#invite=(\w+)$/.exec(location.hash)?.[1];
  if (token === undefined) return;
  history.replaceState(null, "", location.pathname);
  site.projects.join(token).then(
    (id) => {
      site.toasts.tell(words.joined());
      site.router.go(`/projects/${id}/files/`);
    },
    (error) => site.toasts.complain(inWords(error)),
  );
}

function List({ view, onCreate }: { readonly view: View; onCreate(): void }): VNode {
  const site = useSite();
  const { projects } = site;
  const loading = useLoading(
    (signal) => projects.list(view === "deleted", signal),
    [projects, view],
    projects.changes.value,
  );
  const actions = useMemo(() => new ListActions(site, loading), [site, loading]);
  return (
    <LoadedView of={loading} rows={8}>
      {(listing) => <Table listing={listing} view={view} actions={actions} onCreate={onCreate} />}
    </LoadedView>
  );
}

interface TableProps {
  readonly listing: Listing;
  readonly view: View;
  readonly actions: ListActions;
  onCreate(): void;
}

function Table({ listing, view, actions, onCreate }: TableProps): VNode {
  const query = useSignal("");
  const order = useSignal(FIRST_ORDER);
  const renamed = useSignal<Listed | null>(null);
  useEffect(() => repeatWhileVisible((signal) => actions.askForStates(signal), ASK_EVERY_MS), [actions]);
  const ofView = listing.projects.filter((project) => view === "deleted" || project.hidden === (view === "hidden"));
  if (ofView.length === 0) return <NoProjects view={view} onCreate={onCreate} />;
  const matching = found(ofView, query.value, listing.names);
  const rows = inOrder(matching, order.value, (project) => actions.stateOf(project), language.value);
  return (
    <>
      <input
        class="search"
        type="search"
        aria-label={words.search()}
        placeholder={words.search()}
        value={query.value}
        onInput={(event) => (query.value = event.currentTarget.value)}
      />
      <p class="visually-hidden" role="status">
        {words.count({ count: rows.length })}
      </p>
      {rows.length === 0 ? (
        <Empty title={words.noneFound({ text: query.value })}>
          <button type="button" onClick={() => (query.value = "")}>
            {words.showAll()}
          </button>
        </Empty>
      ) : (
        <table class="table projects">
          <thead>
            <tr>
              {COLUMNS.map((column) => (
                <Head
                  key={column}
                  column={column}
                  isDown={order.value.column === column ? order.value.isDown : null}
                  press={() => (order.value = pressed(order.value, column))}
                />
              ))}
              <th class="wide-only">{words.people()}</th>
              <th>
                <span class="visually-hidden">{words.actions()}</span>
              </th>
            </tr>
          </thead>
          <Rows rows={rows} listing={listing} view={view} actions={actions} rename={(one) => (renamed.value = one)} />
        </table>
      )}
      {renamed.value && (
        <RenameDialog project={renamed.value} actions={actions} onClose={() => (renamed.value = null)} />
      )}
    </>
  );
}

const HEADS: Readonly<Record<Column, () => string>> = {
  title: words.name,
  state: words.state,
  edited: words.edited,
};

interface HeadProps {
  readonly column: Column;
  /** Null if the rows are in another order. */
  readonly isDown: boolean | null;
  press(): void;
}

function Head({ column, isDown, press }: HeadProps): VNode {
  const sort = isDown === null ? undefined : isDown ? "descending" : "ascending";
  return (
    <th class={column === "edited" ? "wide-only" : undefined} aria-sort={sort}>
      <button type="button" onClick={press}>
        {HEADS[column]()}
        <span aria-hidden="true">{isDown === null ? "" : isDown ? " ↓" : " ↑"}</span>
      </button>
    </th>
  );
}

interface RowsProps {
  readonly rows: readonly Listed[];
  readonly listing: Listing;
  readonly view: View;
  readonly actions: ListActions;
  rename(project: Listed): void;
}

/** The first rows, and more of them as one comes near their end. */
function Rows({ rows, listing, view, actions, rename }: RowsProps): VNode {
  const count = useSignal(ROWS_AT_ONCE);
  const watcher = useMemo(() => {
    const more = (entries: readonly IntersectionObserverEntry[]): void => {
      if (entries.some((entry) => entry.isIntersecting)) count.value += ROWS_AT_ONCE;
    };
    return new IntersectionObserver(more, { rootMargin: "1000px" });
  }, [count]);
  useEffect(() => () => watcher.disconnect(), [watcher]);
  const shown = rows.slice(0, count.value);
  return (
    <tbody>
      {shown.map((project) => (
        <Row
          key={project.project_id}
          project={project}
          names={listing.names}
          view={view}
          actions={actions}
          rename={rename}
        />
      ))}
      {shown.length < rows.length && (
        <tr key={count.value} ref={(element) => void (element && watcher.observe(element))}>
          <td colSpan={5} class="soft">
            …
          </td>
        </tr>
      )}
    </tbody>
  );
}

function NoProjects({ view, onCreate }: { readonly view: View; onCreate(): void }): VNode {
  if (view !== "own") return <Empty title={view === "hidden" ? words.noneHidden() : words.noneDeleted()} />;
  return (
    <Empty title={words.none()}>
      <p>{words.noneAdvice()}</p>
      <button type="button" class="primary" onClick={onCreate}>
        {words.create()}
      </button>
    </Empty>
  );
}
