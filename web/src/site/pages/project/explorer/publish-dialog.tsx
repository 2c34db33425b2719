/** Letting everybody read something, and taking that back. */
import type { VNode } from "preact";
import type { Entry } from "../../../files.ts";
import { common } from "../../../strings/common.ts";
import { files as words } from "../../../strings/files.ts";
import { Copyable, Dialog, Problem } from "../../../ui/ui.tsx";
import { useWork } from "../../../ui/work.ts";
import { visible } from "./entries.ts";
import type { Explorer } from "./explorer.ts";

interface PublishProps {
  readonly explorer: Explorer;
  readonly entry: Entry;
  onClose(): void;
}

export function PublishDialog({ explorer, entry, onClose }: PublishProps): VNode {
  const work = useWork();
  const path = explorer.pathOf(entry);
  const address = explorer.publicAddress(entry);
  const set = (wished: boolean): void => void work.run(() => explorer.publish(path, wished));
  return (
    <Dialog title={words.publishTitle({ name: visible(entry.name) })} onClose={onClose}>
      <Problem text={work.problem.value} />
      <p>{words.publishAdvice()}</p>
      {address !== null && <Copyable label={words.address()} text={address} />}
      <div class="actions">
        <button type="button" onClick={onClose}>
          {common.close()}
        </button>
        {address !== null ? (
          <button type="button" class="danger" disabled={work.busy.value} onClick={() => set(false)}>
            {words.unpublish()}
          </button>
        ) : (
          <button type="button" class="primary" disabled={work.busy.value} onClick={() => set(true)}>
            {words.publish()}
          </button>
        )}
      </div>
    </Dialog>
  );
}
