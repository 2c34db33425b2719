/** The bar of a file that is no text: its name, what the viewer adds, its size, and a way to have it. */
import type { ComponentChildren, VNode } from "preact";
import { language } from "../../state/language.ts";
import { said, say } from "../../state/say.ts";
import { sizeInWords } from "./sizes.ts";
import type { StoredFile } from "./stored-file.ts";

interface BarProps {
  readonly stored: StoredFile;
  readonly children?: ComponentChildren;
}

export function Bar({ stored, children }: BarProps): VNode {
  const { name, sizeBytes, problem } = stored;
  return (
    <>
      <div class="bar" role="toolbar" aria-label={say("File")}>
        <h1 class="file-name">{name}</h1>
        <span class="spacer" />
        {children}
        <span class="viewer-fact">{sizeInWords(sizeBytes, language.value)}</span>
        <button type="button" class="tool" onClick={() => void stored.download()}>
          {say("Download")}
        </button>
      </div>
      {problem.value !== null && (
        <p class="notice notice-bad" role="alert">
          {say("It could not be downloaded: {why}", { why: said(problem.value) })}
        </p>
      )}
    </>
  );
}
