/** The address of a file's bytes for as long as a viewer shows it. */
import { useEffect, useState } from "preact/hooks";
import type { StoredFile } from "./stored-file.ts";

export function useAddress(stored: StoredFile, onFailed: () => void): string | null {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    const end = new AbortController();
    stored.address(end.signal).then(setAddress, () => end.signal.aborted || onFailed());
    return () => end.abort();
  }, [stored]);
  return address;
}
