/** The site's pages and their addresses; each page is loaded when it is shown first. */
import type { PageModule } from "./router.ts";

export interface SiteRoute {
  readonly path: string;
  /** Only for addresses whose query has this parameter. */
  readonly query?: string;
  /** Also for those who have not signed in. */
  readonly isOpen?: boolean;
  load?(): Promise<PageModule>;
  /** There is no page, one is sent on. */
  readonly leadsTo?: string;
}

/** Tried in this order. `hub/pages/shell.py` names the files of these pages in the head of the document. */
export const ROUTES: readonly SiteRoute[] = [
  { path: "/app", query: "get_api_key", load: () => import("./pages/grant-key.tsx") },
  { path: "/app", query: "forgot", isOpen: true, load: () => import("./pages/password-reset.tsx") },
  { path: "/app", leadsTo: "/projects" },
  { path: "/auth/sign-in", isOpen: true, load: () => import("./pages/sign-in.tsx") },
  { path: "/auth/sign-up", isOpen: true, load: () => import("./pages/sign-up.tsx") },
  { path: "/auth/forgot-password", isOpen: true, load: () => import("./pages/forgot-password.tsx") },
  { path: "/auth/password-reset/:code", isOpen: true, load: () => import("./pages/password-reset.tsx") },
  { path: "/auth/verify", isOpen: true, load: () => import("./pages/verify.tsx") },
  { path: "/auth/impersonate", isOpen: true, load: () => import("./pages/impersonate.tsx") },
  { path: "/settings", load: () => import("./pages/settings.tsx") },
  { path: "/settings/:section", load: () => import("./pages/settings.tsx") },
  { path: "/admin", load: () => import("./pages/admin.tsx") },
  { path: "/admin/:section", load: () => import("./pages/admin.tsx") },
  { path: "/share", isOpen: true, load: () => import("./pages/shares.tsx") },
  { path: "/share/:share_id/*", isOpen: true, load: () => import("./pages/share.tsx") },
  { path: "/projects", load: () => import("./pages/projects.tsx") },
  { path: "/projects/:project_id/*", load: () => import("./pages/project.tsx") },
];
