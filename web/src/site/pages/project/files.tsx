/** The files of a directory of a project: look, open, make, upload, move, delete. */
import "./explorer/explorer.css";
import { type Signal, useComputed, useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useLayoutEffect, useMemo } from "preact/hooks";
import type { Entry } from "../../files.ts";
import { useSite } from "../../site.ts";
import { common } from "../../strings/common.ts";
import { files as words } from "../../strings/files.ts";
import { repeatWhileVisible } from "../../ui/repeat.ts";
import { Empty, Skeleton } from "../../ui/ui.tsx";
import { useProject } from "./context.ts";
import { CopyDialog } from "./explorer/copy-dialog.tsx";
import { useDrop } from "./explorer/drop.ts";
import { joined, visible } from "./explorer/entries.ts";
import { Explorer } from "./explorer/explorer.ts";
import { MoveDialog } from "./explorer/move-dialog.tsx";
import { NameDialog } from "./explorer/name-dialog.tsx";
import { PublishDialog } from "./explorer/publish-dialog.tsx";
import { Rows } from "./explorer/rows.tsx";
import { SearchDialog } from "./explorer/search-dialog.tsx";
import { type Asked, Toolbar } from "./explorer/toolbar.tsx";
import { TrashDialog } from "./explorer/trash-dialog.tsx";
import { UploadPanel } from "./explorer/upload-panel.tsx";
import { Terminals } from "./terminals.tsx";

const ASK_EVERY_MS = 3000;

export function Page(): VNode {
  const site = useSite();
  const project = useProject();
  const path = useComputed(() => project.place.value.path.replace(/\/+$/, ""));
  const explorer = useMemo(() => new Explorer(site, project.id, path), [site, project, path]);
  const asked = useSignal<Asked | null>(null);
  const here = path.value;
  useLayoutEffect(() => {
    // asked before the skeleton is drawn
    explorer.reset();
    return repeatWhileVisible((signal) => explorer.load(signal), ASK_EVERY_MS);
  }, [explorer, here]);
  useEffect(() => void explorer.loadPublished(), [explorer]);
  const placeOf = (entry: Entry): string => `files/${explorer.pathOf(entry)}${entry.kind === "directory" ? "/" : ""}`;
  const open = (entry: Entry): void => {
    if (entry.kind !== "other") project.go(placeOf(entry));
  };
  const upload = (files: readonly { path: string; file: Blob }[]): void =>
    explorer.uploads.add(files.map(({ path: inside, file }) => ({ path: joined(here, inside), file })));
  const isDropping = useDrop(upload, () => explorer.mayEdit);
  return (
    <div class="explorer">
      <h1 class="visually-hidden">{words.listing({ name: visible(explorer.title) || words.home() })}</h1>
      <Breadcrumb path={here} hrefOf={(place) => project.href(place)} />
      <Toolbar
        explorer={explorer}
        upload={upload}
        openPath={(made) => project.go(`files/${made}`)}
        ask={(what) => (asked.value = what)}
      />
      <Content
        explorer={explorer}
        hrefOf={(entry) => project.href(placeOf(entry))}
        open={open}
        openPath={(made) => project.go(`files/${made}`)}
        ask={(what) => (asked.value = what)}
      />
      <Terminals />
      <UploadPanel uploads={explorer.uploads} />
      {isDropping.value && <p class="explorer-drop">{words.dropHere()}</p>}
      <Asking asked={asked} explorer={explorer} />
    </div>
  );
}

function Breadcrumb({ path, hrefOf }: { readonly path: string; hrefOf(place: string): string }): VNode {
  const parts = path === "" ? [] : path.split("/");
  const above = parts.slice(0, -1);
  return (
    <nav class="breadcrumb" aria-label={words.where()}>
      <ol>
        <li>
          <a href={hrefOf("files/")} aria-current={path === "" ? "page" : undefined}>
            {words.home()}
          </a>
        </li>
        {above.map((name, index) => (
          <li key={parts.slice(0, index + 1).join("/")}>
            <a href={hrefOf(`files/${parts.slice(0, index + 1).join("/")}/`)}>
              <bdi>{visible(name)}</bdi>
            </a>
          </li>
        ))}
        {path !== "" && (
          <li>
            <span aria-current="page">
              <bdi>{visible(parts.at(-1) ?? "")}</bdi>
            </span>
          </li>
        )}
      </ol>
    </nav>
  );
}

interface ContentProps {
  readonly explorer: Explorer;
  hrefOf(entry: Entry): string;
  open(entry: Entry): void;
  openPath(path: string): void;
  ask(what: Asked): void;
}

function Content({ explorer, hrefOf, open, openPath, ask }: ContentProps): VNode {
  const listing = explorer.listing.value;
  if (listing === null) return <Skeleton rows={10} />;
  if ("problem" in listing)
    return (
      <div class="problem" role="alert">
        <p>{listing.problem}</p>
        <button type="button" onClick={() => void explorer.load()}>
          {common.tryAgain()}
        </button>
      </div>
    );
  if (explorer.rows.value.length === 0) return <NoRows explorer={explorer} openPath={openPath} />;
  return (
    <>
      {!listing.isComplete && <p class="problem">{words.incomplete()}</p>}
      <Rows
        explorer={explorer}
        hrefOf={hrefOf}
        open={open}
        rename={(entry) => ask({ what: "rename", entries: [entry] })}
      />
    </>
  );
}

function NoRows({ explorer, openPath }: { readonly explorer: Explorer; openPath(path: string): void }): VNode {
  const listing = explorer.listing.value;
  const text = explorer.text.value;
  if (listing !== null && "entries" in listing && listing.entries.length > 0) {
    const showAll = (): void => {
      explorer.hidden.value ||= text === "";
      explorer.text.value = "";
    };
    return (
      <Empty title={text === "" ? words.onlyHidden() : words.noneMatch({ text })}>
        <button type="button" onClick={showAll}>
          {words.showAll()}
        </button>
      </Empty>
    );
  }
  return (
    <Empty title={words.emptyTitle()}>
      <p>{explorer.mayEdit ? words.emptyAdvice() : words.emptyReadonly()}</p>
      {explorer.mayEdit && (
        <button type="button" class="primary" onClick={() => void explorer.makeAndOpen("notebook", openPath)}>
          {words.newNotebookHere()}
        </button>
      )}
    </Empty>
  );
}

/** The dialog that is asked for. */
function Asking({
  asked,
  explorer,
}: {
  readonly asked: Signal<Asked | null>;
  readonly explorer: Explorer;
}): VNode | null {
  const project = useProject();
  const now = asked.value;
  const close = (): void => {
    asked.value = null;
  };
  if (now === null) return null;
  const [first] = now.entries ?? [];
  switch (now.what) {
    case "folder":
      return (
        <NameDialog
          title={words.newFolderTitle()}
          verb={words.create()}
          name=""
          act={(name) => explorer.makeDirectory(name)}
          onClose={close}
        />
      );
    case "rename":
      return first === undefined ? null : (
        <NameDialog
          title={words.renameTitle({ name: visible(first.name) })}
          verb={words.rename()}
          name={first.name}
          act={(name) => explorer.rename(first, name)}
          onClose={close}
        />
      );
    case "move":
      return <MoveDialog explorer={explorer} entries={now.entries} onClose={close} />;
    case "copy":
      return <CopyDialog explorer={explorer} entries={now.entries} onClose={close} />;
    case "publish":
      return first === undefined ? null : <PublishDialog explorer={explorer} entry={first} onClose={close} />;
    case "search":
      return (
        <SearchDialog
          explorer={explorer}
          hrefOf={({ path, kind }) => project.href(`files/${path}${kind === "directory" ? "/" : ""}`)}
          onClose={close}
        />
      );
    case "trash":
      return <TrashDialog explorer={explorer} onClose={close} />;
  }
}
