/** What admins see and do: each area is loaded when it is shown first. Others are told that there is nothing. */
import "../settings/settings.css";
import type { VNode } from "preact";
import { Loaded } from "../loaded.tsx";
import type { PageModule, Params } from "../router.ts";
import { useSite } from "../site.ts";
import { admin } from "../strings/admin.ts";
import { common } from "../strings/common.ts";
import { Empty } from "../ui/ui.tsx";

interface Section {
  readonly path: string;
  title(): string;
  load(): Promise<PageModule>;
}

const SECTIONS: readonly Section[] = [
  { path: "accounts", title: admin.accounts, load: () => import("../admin/accounts.tsx") },
  { path: "projects", title: admin.projects, load: () => import("../admin/projects.tsx") },
  { path: "site", title: admin.site, load: () => import("../admin/site.tsx") },
  { path: "mails", title: admin.mails, load: () => import("../admin/mails.tsx") },
  { path: "webhooks", title: admin.webhooks, load: () => import("../admin/webhooks.tsx") },
  { path: "audit", title: admin.audit, load: () => import("../admin/audit.tsx") },
  { path: "health", title: admin.health, load: () => import("../admin/health.tsx") },
];

export function Page({ params }: { readonly params: Params }): VNode {
  const { person, router } = useSite();
  const shown = SECTIONS.find(({ path }) => path === (params.section ?? "accounts"));
  if (!person.value?.is_admin || person.value.impersonator !== null || shown === undefined) {
    return <Empty title={common.nothingHere()} />;
  }
  return (
    <div class="page settings">
      <h1 class="visually-hidden">{admin.title()}</h1>
      <nav class="settings-sections" aria-label={admin.title()}>
        {SECTIONS.map(({ path, title }) => (
          <a key={path} href={router.href(`/admin/${path}`)} aria-current={path === shown.path ? "page" : undefined}>
            {title()}
          </a>
        ))}
      </nav>
      <section class="settings-section" aria-labelledby="section-title">
        <h2 id="section-title">{shown.title()}</h2>
        <Loaded key={shown.path} load={shown.load} params={params} />
      </section>
    </div>
  );
}
