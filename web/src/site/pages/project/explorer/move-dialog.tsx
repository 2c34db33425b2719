/** Moving things into another folder, which is chosen in a tree. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { language } from "../../../../state/language.ts";
import type { Entry } from "../../../files.ts";
import { files as words } from "../../../strings/files.ts";
import { FormDialog } from "../../../ui/form-dialog.tsx";
import { LoadedView } from "../../../ui/ui.tsx";
import { useLoading } from "../../../ui/work.ts";
import { joined, shown, visible } from "./entries.ts";
import type { Explorer } from "./explorer.ts";
import { PictureOf } from "./picture.tsx";

interface MoveProps {
  readonly explorer: Explorer;
  readonly entries: readonly Entry[];
  onClose(): void;
}

/** What things are called in a sentence. */
export function called(entries: readonly Entry[]): string {
  const [first] = entries;
  return entries.length === 1 && first ? `“${visible(first.name)}”` : words.items({ count: entries.length });
}

export function MoveDialog({ explorer, entries, onClose }: MoveProps): VNode {
  const chosen = useSignal("");
  return (
    <FormDialog
      title={words.moveTitle({ what: called(entries) })}
      verb={words.moveHere()}
      isIncomplete={chosen.value === explorer.path}
      act={() => explorer.moveInto(entries, chosen.value)}
      onClose={onClose}
    >
      <fieldset class="folder-tree">
        <legend class="visually-hidden">{words.where()}</legend>
        <Folder
          explorer={explorer}
          path=""
          name={words.home()}
          chosen={chosen.value}
          choose={(path) => (chosen.value = path)}
        />
      </fieldset>
    </FormDialog>
  );
}

interface FolderProps {
  readonly explorer: Explorer;
  readonly path: string;
  readonly name: string;
  readonly chosen: string;
  choose(path: string): void;
}

function Folder(props: FolderProps): VNode {
  const { path, name, chosen, choose } = props;
  const isOpen = useSignal(path === "");
  return (
    <details open={isOpen.value} onToggle={(event) => (isOpen.value = event.currentTarget.open)}>
      <summary>
        <label>
          <input type="radio" name="folder" checked={chosen === path} onChange={() => choose(path)} />{" "}
          <PictureOf name={name} kind="directory" /> <bdi>{visible(name)}</bdi>
        </label>
      </summary>
      {isOpen.value && <Inner {...props} />}
    </details>
  );
}

function Inner(props: FolderProps): VNode {
  const { explorer, path } = props;
  const loading = useLoading((signal) => explorer.calls.list(path, null, signal), [explorer, path]);
  const wish = { order: { column: "name", isDown: false }, text: "", hidden: explorer.hidden.value } as const;
  return (
    <LoadedView of={loading} rows={1}>
      {({ entries }) =>
        shown(entries, wish, language.value)
          .filter(({ kind, link }) => kind === "directory" && link === null)
          .map(({ name }) => <Folder key={name} {...props} path={joined(path, name)} name={name} />)
      }
    </LoadedView>
  );
}
