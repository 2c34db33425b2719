/** The file was moved or deleted by somebody, perhaps oneself; what is in the editor stays. */
import type { VNode } from "preact";
import type { OpenFile } from "../state/open-file.ts";

interface ElsewhereProps {
  readonly file: OpenFile;
  /** Of the file now; null if it is gone. */
  readonly path: string | null;
  readonly follow?: ((file: OpenFile, path: string) => void) | undefined;
}

export function Elsewhere({ file, path, follow }: ElsewhereProps): VNode {
  if (path !== null)
    return (
      <p class="notice notice-warn">
        This file is now <bdi>“{path}”</bdi>, and what you write is saved there.{" "}
        {follow && (
          <button type="button" onClick={() => follow(file, path)}>
            Open it there
          </button>
        )}
      </p>
    );
  const save = (): void => {
    const document = file.document.value;
    if (document?.status.value === "live") {
      document.call("save", { cause: "user" }).catch(() => undefined); // the agent tells of it as trouble
    } else {
      file.create = true;
      file.retry();
    }
  };
  return (
    <p class="notice notice-bad">
      This file was deleted. What you see here is kept, but it is in no file any more.{" "}
      {file.document.value?.may.value.has("save") && (
        <button type="button" onClick={save}>
          Save it anew
        </button>
      )}
    </p>
  );
}
