/** Effects that must not wait for the next frame: where the focus goes decides where the next key goes. */
import { effect } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";

/** As `useSignalEffect`, but run within the change of the signal, and right after the first drawing. */
export function useLiveEffect(run: () => void): void {
  const latest = useRef(run);
  latest.current = run;
  useLayoutEffect(() => effect(() => latest.current()), []);
}
