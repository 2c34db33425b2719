/** The browsers in which one is signed in. */
import type { VNode } from "preact";
import { flag, list, maybe, number, object, type Shaped, text } from "../../wire/shape.ts";
import { useSite } from "../site.ts";
import { browsers } from "../strings/settings.ts";
import { ago, exactly } from "../ui/moments.ts";
import { LoadedView, Problem } from "../ui/ui.tsx";
import { useLoading, useWork } from "../ui/work.ts";
import { recognised } from "./user-agents.ts";

const session = object({
  id: text,
  created: number,
  last_used: number,
  ip: maybe(text),
  user_agent: maybe(text),
  impersonator_id: maybe(text),
  is_current: flag,
});
type Session = Shaped<typeof session>;
const sessions = object({ sessions: list(session) });
const ended = object({ ended: number });

export function Browsers(): VNode {
  const { api, toasts } = useSite();
  const loading = useLoading((signal) => api.call("/auth/sessions", {}, sessions, signal), [api]);
  const work = useWork();
  const end = async (which: { readonly id?: string }): Promise<void> => {
    await work.run(async () => {
      const count = (await api.call("/auth/sessions/end", which, ended)).ended;
      toasts.tell(browsers.ended({ count }));
      loading.reload();
    });
  };
  return (
    <>
      <p class="field-hint">{browsers.advice()}</p>
      <Problem text={work.problem.value} />
      <LoadedView of={loading} rows={3}>
        {({ sessions: found }) => (
          <>
            <table class="table browsers">
              <thead>
                <tr>
                  <th>{browsers.browser()}</th>
                  <th class="wide-only">{browsers.address()}</th>
                  <th class="wide-only">{browsers.since()}</th>
                  <th>{browsers.lastUsed()}</th>
                  <td />
                </tr>
              </thead>
              <tbody>
                {found.map((one) => (
                  <Row key={one.id} session={one} end={() => void end({ id: one.id })} />
                ))}
              </tbody>
            </table>
            {found.length > 1 && (
              <p>
                <button type="button" class="danger" disabled={work.busy.value} onClick={() => void end({})}>
                  {browsers.endOthers()}
                </button>
              </p>
            )}
          </>
        )}
      </LoadedView>
    </>
  );
}

function Row({ session, end }: { readonly session: Session; end(): void }): VNode {
  const name = nameOf(session.user_agent);
  const time = ago(session.last_used);
  return (
    <tr>
      <td>
        {name} {session.is_current && <span class="tag tag-good">{browsers.current()}</span>}
        {session.impersonator_id !== null && <span class="tag tag-warn">{browsers.byLink()}</span>}
      </td>
      <td class="wide-only soft">{session.ip}</td>
      <td class="wide-only soft">{exactly(session.created)}</td>
      <td class="soft" title={exactly(session.last_used)}>
        {time}
      </td>
      <td>
        {!session.is_current && (
          <button type="button" aria-label={browsers.endNamed({ browser: name, time })} onClick={end}>
            {browsers.end()}
          </button>
        )}
      </td>
    </tr>
  );
}

function nameOf(userAgent: string | null): string {
  const { browser, system } = recognised(userAgent ?? "");
  if (browser === null) return browsers.unknown();
  return system === null ? browser : browsers.on({ browser, system });
}
