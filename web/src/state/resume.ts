/** The secret that resumes a session after a reload, for browsers that drop the cookie; storage may throw anywhere. */
import { quietly } from "./kept.ts";

const key = (eid: string): string => `carrel.resume.${eid}`;

export function storeResume(eid: string, secret: string): void {
  quietly(() => sessionStorage.setItem(key(eid), secret));
}

export function recallResume(eid: string): string | null {
  return quietly(() => sessionStorage.getItem(key(eid)));
}

export function forgetResume(eid: string): void {
  quietly(() => sessionStorage.removeItem(key(eid)));
}
