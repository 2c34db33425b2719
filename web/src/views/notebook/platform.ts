/** What keyboards call their keys here. */

/** Whether Command takes the place of Ctrl. */
export function isMac(): boolean {
  return /Mac|iP(hone|ad|od)/.test(navigator.platform);
}
