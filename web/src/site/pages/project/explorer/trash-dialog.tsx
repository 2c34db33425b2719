/** What was deleted: put back, or removed for ever. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import type { Thrown } from "../../../files.ts";
import { useSite } from "../../../site.ts";
import { files as words } from "../../../strings/files.ts";
import { ago } from "../../../ui/moments.ts";
import { Dialog, LoadedView, Problem } from "../../../ui/ui.tsx";
import { useLoading, useWork } from "../../../ui/work.ts";
import { visible } from "./entries.ts";
import type { Explorer } from "./explorer.ts";
import { PictureOf } from "./picture.tsx";

export function TrashDialog({ explorer, onClose }: { readonly explorer: Explorer; onClose(): void }): VNode {
  const { toasts } = useSite();
  const loading = useLoading((signal) => explorer.calls.trash(signal), [explorer]);
  const work = useWork();
  const isSure = useSignal(false);
  const restore = (item: Thrown): void => {
    void work.run(async () => {
      const [path = item.path] = await explorer.calls.restore([item.id]);
      toasts.tell(words.restored({ name: visible(path) }));
      loading.reload();
      await explorer.load();
    });
  };
  const empty = (): void => {
    if (!isSure.value) {
      isSure.value = true;
      return;
    }
    void work.run(async () => {
      await explorer.calls.emptyTrash(null);
      loading.reload();
    });
  };
  return (
    <Dialog title={words.trash()} onClose={onClose}>
      <Problem text={work.problem.value} />
      <LoadedView of={loading}>
        {(items) =>
          items.length === 0 ? (
            <p>{words.trashEmpty()}</p>
          ) : (
            <>
              <ul class="hits">
                {items.map((item) => (
                  <li key={item.id} class="trashed">
                    <span>
                      <PictureOf name={item.path} kind={item.kind} /> <bdi>{visible(item.path)}</bdi>{" "}
                      <small class="soft">{ago(item.deleted)}</small>
                    </span>
                    <button type="button" disabled={work.busy.value} onClick={() => restore(item)}>
                      {words.restore()}
                    </button>
                  </li>
                ))}
              </ul>
              <div class="actions">
                <button type="button" class="danger" disabled={work.busy.value} onClick={empty}>
                  {isSure.value ? words.emptyTrashAsk() : words.emptyTrash()}
                </button>
              </div>
            </>
          )
        }
      </LoadedView>
    </Dialog>
  );
}
