/** The audit: who did what, and whether its rows are as they were written. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { maybe, number, object, type Shaped, text } from "../../wire/shape.ts";
import { type AuditRow, auditRows } from "../audit-rows.ts";
import { useSite } from "../site.ts";
import { admin, auditWords as words } from "../strings/admin.ts";
import { Check } from "../ui/fields.tsx";
import { exactly } from "../ui/moments.ts";
import { Field, LoadedView, Problem } from "../ui/ui.tsx";
import { useLoading, useWork } from "../ui/work.ts";
import { FoundPage } from "./found.tsx";

const verdict = object({ rows: number, hash: text, broken_at: maybe(number) });

export function Page(): VNode {
  const { api, router } = useSite();
  const account = useSignal(router.query.value.get("account") ?? "");
  const procedure = useSignal("");
  const failed = useSignal(false);
  const wanted = useSignal({ account: account.peek(), procedure: "", failed: false, before: null as number | null });
  const loading = useLoading(
    (signal) => api.call("/admin/audit", wanted.value, auditRows, signal),
    [api, wanted.value],
  );
  const search = (event: Event): void => {
    event.preventDefault();
    wanted.value = { account: account.value, procedure: procedure.value, failed: failed.value, before: null };
  };
  return (
    <>
      <Verification />
      <search>
        <form onSubmit={search}>
          <div class="settings-pair">
            <Field label={words.account()} value={account.value} onText={(typed) => (account.value = typed)} />
            <Field label={words.procedure()} value={procedure.value} onText={(typed) => (procedure.value = typed)} />
          </div>
          <Check label={words.failed()} checked={failed.value} onCheck={(checked) => (failed.value = checked)} />
          <p>
            <button type="submit">{admin.search()}</button>
          </p>
        </form>
      </search>
      <LoadedView of={loading} rows={10}>
        {({ rows, names, more }) => (
          <FoundPage
            more={more}
            count={rows.length}
            next={() => (wanted.value = { ...wanted.value, before: rows.at(-1)?.seq ?? null })}
          >
            <table class="table">
              <thead>
                <tr>
                  <th>{words.time()}</th>
                  <th>{words.call()}</th>
                  <th>{words.who()}</th>
                  <th class="wide-only">{words.about()}</th>
                  <th class="wide-only">{words.from()}</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((one) => (
                  <tr key={one.seq}>
                    <td class="soft">{exactly(one.time)}</td>
                    <td>
                      {one.procedure}
                      {one.outcome !== "ok" && <span class="tag tag-warn">{one.outcome}</span>}
                    </td>
                    <td title={one.credential ?? undefined}>{who(one, names)}</td>
                    <td class="wide-only soft">{about(one, names)}</td>
                    <td class="wide-only soft">{one.ip}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </FoundPage>
        )}
      </LoadedView>
    </>
  );
}

type Names = Readonly<Record<string, string>>;

function who(one: AuditRow, names: Names): string {
  if (one.account_id === null) return words.nobody();
  const name = names[one.account_id] ?? one.account_id;
  if (one.impersonator_id === null || one.impersonator_id === one.account_id) return name;
  return words.actedBy({ name, admin: names[one.impersonator_id] ?? one.impersonator_id });
}

function about(one: AuditRow, names: Names): string {
  if (one.target_account_id !== null) return names[one.target_account_id] ?? one.target_account_id;
  return one.target_project_id === null ? "" : words.project({ id: one.target_project_id });
}

function Verification(): VNode {
  const { api } = useSite();
  const work = useWork();
  const result = useSignal<Shaped<typeof verdict> | null>(null);
  const check = async (): Promise<void> => {
    await work.run(async () => {
      result.value = await api.call("/admin/audit/verify", {}, verdict);
    });
  };
  const said = result.value;
  return (
    <div class="settings-part">
      <button type="button" disabled={work.busy.value} onClick={() => void check()}>
        {work.busy.value ? words.checking() : words.check()}
      </button>
      <Problem text={work.problem.value} />
      {said !== null && said.broken_at !== null && <Problem text={words.broken({ row: said.broken_at })} />}
      {said !== null && said.broken_at === null && (
        <p role="status" style={{ overflowWrap: "anywhere" }}>
          {words.good({ rows: said.rows, hash: said.hash })}
        </p>
      )}
    </div>
  );
}
