/** What was done with one's account: the rows of the audit that concern it, the newest first. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { type AuditRow, type AuditRows, auditRows } from "../audit-rows.ts";
import { useSite } from "../site.ts";
import { deeds, activity as words } from "../strings/activity.ts";
import { exactly } from "../ui/moments.ts";
import { Choice, Empty, LoadedView, Problem } from "../ui/ui.tsx";
import { useLoading, useWork } from "../ui/work.ts";

const SHOWN = ["all", "signIns", "byOthers", "failed"] as const;
type Shown = (typeof SHOWN)[number];
const FILTERS: Readonly<Record<Shown, object>> = {
  all: {},
  signIns: { procedure: "v2/auth/sign-in" },
  byOthers: { by_others: true },
  failed: { failed: true },
};

export function Activity(): VNode {
  const { api } = useSite();
  const shown = useSignal<Shown>("all");
  const filter = FILTERS[shown.value];
  const loading = useLoading((signal) => api.call("/settings/activity", filter, auditRows, signal), [api, shown.value]);
  const work = useWork();
  const more = async (above: AuditRows): Promise<void> => {
    const next = await api.call("/settings/activity", { ...filter, before: above.rows.at(-1)?.seq }, auditRows);
    loading.put({ ...next, rows: [...above.rows, ...next.rows], names: { ...above.names, ...next.names } });
  };
  return (
    <>
      <p class="field-hint">{words.advice()}</p>
      <Choice
        label={words.show()}
        value={shown.value}
        options={SHOWN.map((value) => ({ value, label: words[value]() }))}
        onChoice={(value) => (shown.value = value)}
      />
      <LoadedView of={loading} rows={10}>
        {(found) => (
          <>
            {found.rows.length === 0 ? (
              <Nothing filtered={shown.value !== "all"} showAll={() => (shown.value = "all")} />
            ) : (
              <Table found={found} />
            )}
            <Problem text={work.problem.value} />
            {found.more && (
              <button type="button" disabled={work.busy.value} onClick={() => void work.run(() => more(found))}>
                {words.more()}
              </button>
            )}
          </>
        )}
      </LoadedView>
    </>
  );
}

function Nothing({ filtered, showAll }: { readonly filtered: boolean; showAll(): void }): VNode {
  return (
    <Empty title={words.none()}>
      {filtered && (
        <button type="button" onClick={showAll}>
          {words.showAll()}
        </button>
      )}
    </Empty>
  );
}

function Table({ found }: { readonly found: AuditRows }): VNode {
  const { router, person } = useSite();
  return (
    <table class="table">
      <thead>
        <tr>
          <th>{words.time()}</th>
          <th>{words.who()}</th>
          <th>{words.what()}</th>
          <th class="wide-only">{words.from()}</th>
        </tr>
      </thead>
      <tbody>
        {found.rows.map((row) => (
          <tr key={row.seq}>
            <td class="soft">{exactly(row.time)}</td>
            <td>{who(row, found.names, person.value?.account_id)}</td>
            <td title={row.procedure}>
              {did(row)}{" "}
              {row.target_project_id !== null && (
                <a href={router.href(`/projects/${row.target_project_id}/files/`)}>{words.project()}</a>
              )}{" "}
              {row.outcome !== "ok" && (
                <span class="tag tag-warn" title={row.outcome}>
                  {words.failedWith()}
                </span>
              )}
            </td>
            <td class="wide-only soft" title={row.credential ?? undefined}>
              {row.ip}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function did({ procedure }: AuditRow): string {
  const deed = Object.hasOwn(deeds, procedure) ? deeds[procedure as keyof typeof deeds] : null;
  return deed?.() ?? procedure;
}

function who(row: AuditRow, names: AuditRows["names"], own: string | undefined): string {
  const named = (id: string): string => names[id] ?? id;
  if (row.account_id === null) return words.nobody();
  if (row.impersonator_id !== null && row.impersonator_id !== own) {
    return row.account_id === own ? words.asYou({ name: named(row.impersonator_id) }) : named(row.impersonator_id);
  }
  return row.account_id === own ? words.you() : named(row.account_id);
}
