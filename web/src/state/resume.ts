/** The secret that resumes a session after a reload, for browsers that drop the cookie; storage may throw anywhere. */

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

/** Null where the browser keeps storage from frames of other sites. */
function quietly<T>(access: () => T): T | null {
  try {
    return access();
  } catch {
    return null;
  }
}
