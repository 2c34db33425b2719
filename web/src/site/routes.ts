/** The site's pages and their addresses; each page is loaded when it is shown first. */
import type { PageModule } from "./router.ts";

export interface SiteRoute {
  readonly path: string;
  /** Also for those who have not signed in. */
  readonly isOpen?: boolean;
  load?(): Promise<PageModule>;
  /** There is no page, one is sent on. */
  readonly leadsTo?: string;
}

/** Tried in this order. `hub/pages/shell.py` names the files of these pages in the head of the document. */
export const ROUTES: readonly SiteRoute[] = [
  { path: "/app", leadsTo: "/projects" },
  { path: "/auth/sign-in", isOpen: true, load: () => import("./pages/sign-in.tsx") },
  { path: "/projects", load: () => import("./pages/projects.tsx") },
  { path: "/projects/:project_id/*", load: () => import("./pages/project.tsx") },
];
