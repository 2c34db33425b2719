/** Sizes in words. */

const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/** `1500` as `1.5 kB`, in the reader's way to write numbers. */
export function sizeInWords(bytes: number, language: string): string {
  const step = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length - 1);
  const value = bytes / 1000 ** step;
  const digits = step === 0 || value >= 100 ? 0 : 1;
  return `${value.toLocaleString(language, { maximumFractionDigits: digits })} ${UNITS[step]}`;
}
