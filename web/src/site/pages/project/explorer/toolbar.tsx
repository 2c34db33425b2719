/** What can be done in a directory, and with what is selected in it. */
import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import type { Entry } from "../../../files.ts";
import { useSite } from "../../../site.ts";
import { files as words } from "../../../strings/files.ts";
import { Menu } from "../../../ui/ui.tsx";
import { type Chosen, chosen } from "./dropped.ts";
import type { Explorer } from "./explorer.ts";

/** A dialog, and what it is about. */
export type Asked =
  | { readonly what: "folder" | "search" | "trash"; readonly entries?: undefined }
  | { readonly what: "rename" | "move" | "copy" | "publish"; readonly entries: readonly Entry[] };

interface ToolbarProps {
  readonly explorer: Explorer;
  upload(files: readonly Chosen[]): void;
  openPath(path: string): void;
  ask(what: Asked): void;
}

export function Toolbar(props: ToolbarProps): VNode {
  const { explorer } = props;
  const known = useRef<boolean | null>(null); // of the directory before, until it is known of this one
  if (explorer.listing.value !== null) known.current = explorer.mayEdit;
  return (
    <div class={`explorer-bar ${known.current === null ? "waits" : ""}`}>
      {explorer.selected.value.length > 0 ? (
        <OfSelection {...props} />
      ) : (
        <OfDirectory {...props} mayEdit={known.current ?? false} />
      )}
    </div>
  );
}

function OfDirectory({
  explorer,
  upload,
  openPath,
  ask,
  mayEdit,
}: ToolbarProps & { readonly mayEdit: boolean }): VNode {
  const make = (kind: "notebook" | "file" | "terminal") => () => void explorer.makeAndOpen(kind, openPath);
  return (
    <>
      {mayEdit && (
        <Menu label={words.new()}>
          <button type="button" onClick={make("notebook")}>
            {words.newNotebook()}
          </button>
          <button type="button" onClick={make("file")}>
            {words.newFile()}
          </button>
          <button type="button" onClick={() => ask({ what: "folder" })}>
            {words.newFolder()}
          </button>
          <button type="button" onClick={make("terminal")}>
            {words.newTerminal()}
          </button>
        </Menu>
      )}
      {mayEdit && <UploadMenu upload={upload} />}
      <input
        class="search"
        type="search"
        aria-label={words.filter()}
        placeholder={words.filter()}
        value={explorer.text.value}
        onInput={(event) => (explorer.text.value = event.currentTarget.value)}
      />
      <button type="button" onClick={() => ask({ what: "search" })}>
        {words.search()}
      </button>
      <Menu label="⋯" name={words.more()}>
        <button
          type="button"
          aria-pressed={explorer.hidden.value}
          onClick={() => (explorer.hidden.value = !explorer.hidden.value)}
        >
          {words.showHidden()}
        </button>
        {mayEdit && (
          <button type="button" onClick={() => ask({ what: "trash" })}>
            {words.trash()}
          </button>
        )}
      </Menu>
    </>
  );
}

function UploadMenu({ upload }: { upload(files: readonly Chosen[]): void }): VNode {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const take = (event: Event): void => {
    if (!(event.currentTarget instanceof HTMLInputElement)) return;
    upload(chosen(event.currentTarget.files));
    event.currentTarget.value = "";
  };
  return (
    <>
      <Menu label={words.upload()}>
        <button type="button" onClick={() => files.current?.click()}>
          {words.uploadFiles()}
        </button>
        <button type="button" onClick={() => folder.current?.click()}>
          {words.uploadFolder()}
        </button>
      </Menu>
      <input ref={files} type="file" multiple hidden onChange={take} />
      <input ref={folder} type="file" {...{ webkitdirectory: true }} hidden onChange={take} />
    </>
  );
}

function Download({ explorer, entries }: { readonly explorer: Explorer; readonly entries: readonly Entry[] }): VNode {
  if (useSite().embedded === null) {
    return (
      <a class="button" href={explorer.download(entries)} download>
        {words.download()}
      </a>
    );
  }
  return (
    <button type="button" onClick={() => void explorer.save(entries)}>
      {words.download()}
    </button>
  );
}

function OfSelection({ explorer, ask }: ToolbarProps): VNode {
  const entries = explorer.selected.value;
  const listing = explorer.listing.value;
  const mayExport = listing !== null && "mayExport" in listing && listing.mayExport;
  const [first] = entries;
  const single = entries.length === 1 ? first : undefined;
  const isUsable = entries.every(({ kind }) => kind !== "other");
  return (
    <>
      <span class="explorer-count" role="status">
        {words.selected({ count: entries.length })}
      </span>
      {mayExport && isUsable && <Download explorer={explorer} entries={entries} />}
      {explorer.mayEdit && (
        <>
          {single && (
            <button type="button" onClick={() => ask({ what: "rename", entries })}>
              {words.rename()}
            </button>
          )}
          <button type="button" onClick={() => ask({ what: "move", entries })}>
            {words.move()}
          </button>
          <button type="button" class="danger" onClick={() => void explorer.delete(entries)}>
            {words.remove()}
          </button>
          <Menu label="⋯" name={words.more()}>
            <button type="button" onClick={() => ask({ what: "copy", entries })}>
              {words.copy()}
            </button>
            {single && (
              <button type="button" onClick={() => void explorer.duplicate(single)}>
                {words.duplicate()}
              </button>
            )}
            {single && (
              <button type="button" onClick={() => ask({ what: "publish", entries })}>
                {words.publish()}
              </button>
            )}
          </Menu>
        </>
      )}
      <button
        type="button"
        class="quiet"
        aria-label={words.unselect()}
        onClick={() => (explorer.selection.value = { ...explorer.selection.value, names: new Set() })}
      >
        ×
      </button>
    </>
  );
}
