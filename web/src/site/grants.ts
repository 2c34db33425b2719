/** Programs that send their user here to get an API key: `/app?get_api_key=<name of the program>`. */

const PARAMETER = "get_api_key";

/** The program in whose name an address of the site was opened, or null. */
export function appThatAsks(address: string): string | null {
  const { pathname, searchParams } = new URL(address, "https://site.invalid");
  return pathname === "/app" ? searchParams.get(PARAMETER) : null;
}

/** Where such a program waits for its key: it watches for this address, which leads nowhere. */
export function handOver(secret: string): string {
  return `https://authenticated/?api_key=${encodeURIComponent(secret)}`;
}
