/** Asking again and again, but only while somebody can see the answer. */

/** Do it now, and again `pauseMs` after it was done; while the page is hidden it waits. Ends with what is returned. */
export function repeatWhileVisible(act: (signal: AbortSignal) => Promise<unknown>, pauseMs: number): () => void {
  const end = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isActing = false;
  const go = (): void => {
    clearTimeout(timer);
    if (end.signal.aborted || isActing || document.hidden) return;
    isActing = true;
    void act(end.signal)
      .catch(() => undefined) // what shows the answer says so, or it comes the next time
      .then(() => {
        isActing = false;
        timer = setTimeout(go, pauseMs);
      });
  };
  document.addEventListener("visibilitychange", go, { signal: end.signal });
  go();
  return () => {
    end.abort();
    clearTimeout(timer);
  };
}
