/** What is one's own: the account, the browsers in which one is signed in, keys, preferences. */
import "../settings/settings.css";
import type { ComponentType, VNode } from "preact";
import type { Params } from "../router.ts";
import { AccountSettings } from "../settings/account.tsx";
import { Activity } from "../settings/activity.tsx";
import { Browsers } from "../settings/browsers.tsx";
import { Keys } from "../settings/keys.tsx";
import { Preferences } from "../settings/preferences.tsx";
import { useSite } from "../site.ts";
import { common } from "../strings/common.ts";
import { settings } from "../strings/settings.ts";
import { Empty } from "../ui/ui.tsx";

interface Section {
  readonly path: string;
  title(): string;
  readonly View: ComponentType;
}

const SECTIONS: readonly Section[] = [
  { path: "account", title: settings.account, View: AccountSettings },
  { path: "browsers", title: settings.browsers, View: Browsers },
  { path: "api-keys", title: settings.keys, View: () => <Keys /> },
  { path: "activity", title: settings.activity, View: Activity },
  { path: "preferences", title: settings.preferences, View: Preferences },
];

export function Page({ params }: { readonly params: Params }): VNode {
  const { router } = useSite();
  const shown = SECTIONS.find(({ path }) => path === (params.section ?? "account"));
  return (
    <div class="page settings">
      <h1 class="visually-hidden">{settings.title()}</h1>
      <nav class="settings-sections" aria-label={settings.title()}>
        {SECTIONS.map(({ path, title }) => (
          <a
            key={path}
            href={router.href(`/settings/${path}`)}
            aria-current={path === shown?.path ? "page" : undefined}
          >
            {title()}
          </a>
        ))}
      </nav>
      {shown === undefined ? (
        <Empty title={common.nothingHere()} />
      ) : (
        <section class="settings-section" aria-labelledby="section-title">
          <h2 id="section-title">{shown.title()}</h2>
          <shown.View />
        </section>
      )}
    </div>
  );
}
