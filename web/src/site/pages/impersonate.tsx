/** Signing this browser in by a link with an auth token; it does not replace a sign-in without asking. */
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { object, text } from "../../wire/shape.ts";
import { useSite } from "../site.ts";
import { links } from "../strings/sign-in.ts";
import { Problem, Skeleton } from "../ui/ui.tsx";
import { useWork } from "../ui/work.ts";

export function Page(): VNode {
  const site = useSite();
  const work = useWork();
  const person = site.person.value;
  const redeem = async (): Promise<void> => {
    const wish = { auth_token: site.token };
    const done = await work.run(async () => {
      await site.api.call("/auth/impersonate", wish, object({ account_id: text }));
      const { first_name, last_name } = await site.enter();
      site.toasts.tell(links.byLink({ name: `${first_name} ${last_name}` }));
    });
    if (done) site.router.go("/app", { replace: true });
  };
  useEffect(() => {
    if (person === null && site.token !== null) void redeem();
  }, [person === null]);
  const name = person ? `${person.first_name} ${person.last_name}` : "";
  const problem = site.token === null ? links.noToken() : work.problem.value;
  if (problem === null && !person) return <Skeleton />;
  return (
    <div class="page page-narrow">
      <h1>{links.impersonateTitle()}</h1>
      <Problem text={problem} />
      {person && <p>{links.replaces({ name })}</p>}
      <div class="actions">
        {person && site.token !== null && (
          <button type="button" class="primary" disabled={work.busy.value} onClick={() => void redeem()}>
            {links.goOn()}
          </button>
        )}
        {person && <a href={site.router.href("/projects")}>{links.stay({ name })}</a>}
      </div>
    </div>
  );
}
