/** Where one goes from signing in; programs send their users to `/app?get_api_key=<name of the program>`. */

const PARAMETER = "get_api_key";
const NOWHERE = "https://site.invalid";

/** Where one wanted to go; only within the site. */
export function destination(query: URLSearchParams): string {
  const wished = query.get("to") ?? "";
  return wished.startsWith("/") && new URL(wished, NOWHERE).origin === NOWHERE ? wished : "/projects";
}

/** The program in whose name an address of the site was opened, or null. */
export function appThatAsks(address: string): string | null {
  const { pathname, searchParams } = new URL(address, NOWHERE);
  return pathname === "/app" ? searchParams.get(PARAMETER) : null;
}

/** Where such a program waits for its key: it watches for this address, which leads nowhere. */
export function handOver(secret: string): string {
  return `https://authenticated/?api_key=${encodeURIComponent(secret)}`;
}
