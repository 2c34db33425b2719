/** Files that somebody has dropped, pasted or chosen, those in folders too, with their paths. */

export interface Chosen {
  /** Relative to where it was dropped. */
  readonly path: string;
  readonly file: File;
}

/** What was dropped; read at once, as the browser forgets it after the event. */
export async function filesOf(data: DataTransfer): Promise<readonly Chosen[]> {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  const plain = [...data.files].map((file) => ({ path: file.name, file }));
  if (entries.every((entry) => entry === null || entry.isFile)) return plain;
  const found: Chosen[] = [];
  for (const entry of entries) if (entry !== null) await collect(entry, "", found);
  return found;
}

/** What was chosen, a whole folder with the paths in it. */
export function chosen(list: FileList | null): readonly Chosen[] {
  return [...(list ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

async function collect(entry: FileSystemEntry, above: string, found: Chosen[]): Promise<void> {
  const path = `${above}${entry.name}`;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    found.push({ path, file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return; // a reader gives a hundred at a time
    for (const inner of some) await collect(inner, `${path}/`, found);
  }
}
