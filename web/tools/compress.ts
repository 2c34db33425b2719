/** Compresses built files once, so that the hub never does: `.br` and `.gz` beside each file that gets smaller. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const WORTH = new Set([".js", ".css", ".html", ".svg", ".json", ".ttf", ".txt"]);

/** Compress all files below a directory. */
export async function compressTree(directory: string): Promise<void> {
  const names = readdirSync(directory, { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => WORTH.has(extname(name)) && !name.startsWith("."));
  await Promise.all(files.map((name) => compressFile(join(directory, name))));
}

async function compressFile(path: string): Promise<void> {
  const bytes = readFileSync(path);
  const quality = bytes.length > 1_000_000 ? 9 : 11; // the best quality takes seconds for the large, rarely loaded ones
  const br = await promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } });
  const gz = await promisify(gzip)(bytes, { level: 9 });
  if (br.length < bytes.length) writeFileSync(`${path}.br`, br);
  if (gz.length < bytes.length) writeFileSync(`${path}.gz`, gz);
}
