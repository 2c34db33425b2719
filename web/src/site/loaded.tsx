/** A page or a section of one, loaded when it is shown first. */
import type { ComponentType, VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { PageModule, Params } from "./router.ts";
import { common } from "./strings/common.ts";
import { Problem, Skeleton } from "./ui/ui.tsx";

interface LoadedProps {
  load(): Promise<PageModule>;
  readonly params: Params;
}

export function Loaded({ load, params }: LoadedProps): VNode {
  const [page, setPage] = useState<{ readonly view: ComponentType<{ params: Params }> } | "failed" | null>(null);
  useEffect(() => {
    load().then(
      (loaded) => setPage({ view: loaded.Page }),
      () => setPage("failed"),
    );
  }, [load]);
  if (page === null) return <Skeleton />;
  if (page === "failed") return <Problem text={common.notLoaded()} />;
  return <page.view params={params} />;
}
