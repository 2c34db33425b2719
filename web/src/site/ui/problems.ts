/** Errors in words that a reader can do something with. */
import { HttpError, Unreachable } from "../api.ts";
import { common } from "../strings/common.ts";
import { errorText } from "../strings/errors.ts";

export function inWords(error: unknown): string {
  if (error instanceof HttpError) {
    const said = sentence(error.message);
    return errorText(error.code, said) ?? said;
  }
  if (error instanceof Unreachable) return common.unreachable();
  console.warn("unexpected", error);
  return common.unreadable();
}

function sentence(text: string): string {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}
