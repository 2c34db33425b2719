/** Remember in the address which session resumes here after a reload. */
export function keepEid(eid: string | null): void {
  const url = new URL(location.href);
  if (eid === null || url.searchParams.get("eid") === eid) return;
  url.searchParams.set("eid", eid);
  history.replaceState(history.state, "", url);
}
