/** What this browser keeps for us; it may refuse at any access, as in frames of other sites. */

/** Null where it refuses. */
export function quietly<T>(access: () => T): T | null {
  try {
    return access();
  } catch {
    return null;
  }
}
