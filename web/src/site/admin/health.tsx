/** How the server does: what it lacks, how full it is, and which copies are under way. */
import type { VNode } from "preact";
import { anything, flag, list, maybe, number, object, type Shaped, text } from "../../wire/shape.ts";
import { useSite } from "../site.ts";
import { healthWords as words } from "../strings/admin.ts";
import { exactly } from "../ui/moments.ts";
import { inWords } from "../ui/problems.ts";
import { LoadedView, Progress } from "../ui/ui.tsx";
import { useLoading } from "../ui/work.ts";

const health = object({
  version: text,
  database: text,
  findings: list(object({ name: text, ok: flag, detail: text, mend: text })),
  running: number,
  disk_total: number,
  disk_free: number,
  memory_total: number,
  memory_free: number,
});
const copy = object({
  copy_id: text,
  source_project_id: text,
  source_path: text,
  target_project_id: text,
  target_path: text,
  scheduled: maybe(number),
  started: maybe(number),
});
const operation = object({ operation_id: text, path: text, total: number, left: number });
const copies = object({ copies: list(copy), operations: list(operation) });

export function Page(): VNode {
  const { api } = useSite();
  const loading = useLoading((signal) => api.call("/admin/health", {}, health, signal), [api]);
  return (
    <LoadedView of={loading} rows={8}>
      {(now) => (
        <>
          <p>{words.version({ version: now.version, database: now.database, running: now.running })}</p>
          <Use label={words.disk(inGigabytes(now.disk_free, now.disk_total))} free={now.disk_free / now.disk_total} />
          <Use
            label={words.memory(inGigabytes(now.memory_free, now.memory_total))}
            free={now.memory_free / now.memory_total}
          />
          <table class="table">
            <tbody>
              {now.findings.map((one) => (
                <tr key={one.name}>
                  <td>{one.name}</td>
                  <td class="soft" style={{ overflowWrap: "anywhere", whiteSpace: "normal", textAlign: "start" }}>
                    <span class={one.ok ? "tag tag-good" : "tag tag-warn"}>{one.ok ? words.good() : words.bad()}</span>{" "}
                    {one.detail}
                    {!one.ok && <p class="field-problem">{one.mend}</p>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <Copies />
        </>
      )}
    </LoadedView>
  );
}

function inGigabytes(free: number, total: number): { readonly free: string; readonly total: string } {
  return { free: (free / 1e9).toFixed(1), total: (total / 1e9).toFixed(1) };
}

function Use({ label, free }: { readonly label: string; readonly free: number }): VNode {
  return (
    <div class="field">
      <span>{label}</span>
      <Progress label={label} done={1 - free} />
    </div>
  );
}

function Copies(): VNode {
  const { api, toasts } = useSite();
  const loading = useLoading((signal) => api.call("/admin/copies", {}, copies, signal), [api]);
  const cancel = (what: { copy_id: string } | { operation_id: string }): void => {
    const path = "copy_id" in what ? "/admin/copies/cancel" : "/projects/operations/cancel";
    api.call(path, what, anything).then(
      () => loading.reload(),
      (error) => toasts.complain(inWords(error)),
    );
  };
  return (
    <>
      <h3>{words.copies()}</h3>
      <LoadedView of={loading} rows={2}>
        {({ copies: some, operations }) =>
          some.length + operations.length === 0 ? (
            <p class="field-hint">{words.noCopies()}</p>
          ) : (
            <table class="table">
              <tbody>
                {operations.map((one) => (
                  <tr key={one.operation_id}>
                    <td>{one.path}</td>
                    <td class="soft">{words.distributed({ done: one.total - one.left, total: one.total })}</td>
                    <td>
                      <button type="button" onClick={() => cancel({ operation_id: one.operation_id })}>
                        {words.cancel()}
                      </button>
                    </td>
                  </tr>
                ))}
                {some.map((one) => (
                  <tr key={one.copy_id}>
                    <td>
                      {one.source_path} → {one.target_path}
                    </td>
                    <td class="soft">{progressOf(one)}</td>
                    <td>
                      {one.scheduled !== null && one.started === null && (
                        <button type="button" onClick={() => cancel({ copy_id: one.copy_id })}>
                          {words.cancel()}
                        </button>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </LoadedView>
    </>
  );
}

function progressOf(one: Shaped<typeof copy>): string {
  if (one.started !== null) return words.runs({ time: exactly(one.started) });
  return one.scheduled === null ? words.waits() : words.scheduled({ time: exactly(one.scheduled) });
}
