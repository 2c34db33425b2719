/** A program that sent its user here asks for an API key. */
import type { VNode } from "preact";
import { list, object, text } from "../../wire/shape.ts";
import { appThatAsks, handOver } from "../destinations.ts";
import { useSite } from "../site.ts";
import { grant, signIn } from "../strings/sign-in.ts";
import { Problem } from "../ui/ui.tsx";
import { useWork } from "../ui/work.ts";

const created = object({ response: list(object({ secret: text })) });

export function Page(): VNode {
  const { api, config, person, router } = useSite();
  const work = useWork();
  const app = appThatAsks(`/app${router.search}`) ?? "";
  const allow = (): Promise<boolean> =>
    work.run(async () => {
      const [key] = (await api.call("/api-keys", { action: "create", name: app }, created)).response;
      if (key) location.assign(handOver(key.secret));
    });
  return (
    <div class="page page-narrow">
      <h1>{signIn.keyAccess({ site: config.siteName, app })}</h1>
      <Problem text={work.problem.value} />
      <p>{grant.text({ app, email: person.value?.email_address ?? "" })}</p>
      <p>{grant.advice({ app })}</p>
      <div class="actions">
        <button type="button" class="primary" disabled={work.busy.value} onClick={() => void allow()}>
          {grant.allow()}
        </button>
        <a class="button" href={router.href("/projects")}>
          {grant.refuse()}
        </a>
      </div>
    </div>
  );
}
