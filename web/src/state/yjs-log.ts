/**
 * What Yjs warns with, in the place of `lib0/logging`: that one brings a builder of DOM and its schemas for coloured text
 * in the console (see `vite.config.ts`).
 */
export const ORANGE = "";
export const BOLD = "";
export const UNBOLD = "";
export const RED = "";

export const print = (...words: readonly unknown[]): void => console.warn(...words);
export const warn = (...words: readonly unknown[]): void => console.warn(...words);
