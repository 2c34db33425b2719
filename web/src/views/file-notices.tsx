/** What has to be told of a file: an edit was not taken, or somebody, perhaps oneself, has moved or deleted it. */
import type { VNode } from "preact";
import type { OpenFile } from "../state/open-file.ts";
import { say } from "../state/say.ts";
import { sentence } from "./card.tsx";

interface FileNoticesProps {
  readonly file: OpenFile;
  readonly follow?: ((file: OpenFile, path: string) => void) | undefined;
}

export function FileNotices({ file, follow }: FileNoticesProps): VNode {
  const now = file.document.value?.elsewhere.value;
  return (
    <>
      {file.refusal.value && (
        <p class="notice notice-bad">
          {say("Your last edit was not taken: {why}", { why: sentence(file.refusal.value) })}{" "}
          <button type="button" onClick={() => (file.refusal.value = null)}>
            {say("Dismiss")}
          </button>
        </p>
      )}
      {now && <Elsewhere file={file} path={now.path} follow={follow} />}
    </>
  );
}

interface ElsewhereProps extends FileNoticesProps {
  /** Of the file now; null if it is gone. */
  readonly path: string | null;
}

function Elsewhere({ file, path, follow }: ElsewhereProps): VNode {
  if (path !== null)
    return (
      <p class="notice notice-warn">
        {say("This file is now “{path}”, and what you write is saved there.", { path: `\u2068${path}\u2069` })}{" "}
        {follow && (
          <button type="button" onClick={() => follow(file, path)}>
            {say("Open it there")}
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
      {say("This file was deleted. What you see here is kept, but it is in no file any more.")}{" "}
      {file.document.value?.may.value.has("save") && (
        <button type="button" onClick={save}>
          {say("Save it anew")}
        </button>
      )}
    </p>
  );
}
