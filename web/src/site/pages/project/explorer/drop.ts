/** Files that are dropped on the page, or pasted into it. */
import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { type Chosen, filesOf } from "./dropped.ts";

const AWAY_MS = 200;

/** Whether files are held over the page. */
export function useDrop(take: (files: readonly Chosen[]) => void, isWelcome: () => boolean): ReadonlySignal<boolean> {
  const isOver = useSignal(false);
  const last = useRef({ take, isWelcome });
  last.current = { take, isWelcome };
  useEffect(() => {
    const end = new AbortController();
    const { signal } = end;
    let away: ReturnType<typeof setTimeout> | undefined;
    const receive = (data: DataTransfer | null): boolean => {
      if (data === null || data.files.length === 0 || !last.current.isWelcome()) return false;
      void filesOf(data).then((files) => last.current.take(files));
      return true;
    };
    const over = (event: DragEvent): void => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault(); // else the browser opens what is dropped
      isOver.value = last.current.isWelcome();
      clearTimeout(away); // events come all the time while they are held, and none when they are taken away
      away = setTimeout(() => (isOver.value = false), AWAY_MS);
    };
    const drop = (event: DragEvent): void => {
      event.preventDefault();
      isOver.value = false;
      receive(event.dataTransfer);
    };
    const paste = (event: ClipboardEvent): void => {
      if (receive(event.clipboardData)) event.preventDefault();
    };
    addEventListener("dragover", over, { signal });
    addEventListener("drop", drop, { signal });
    addEventListener("paste", paste, { signal });
    return () => {
      end.abort();
      clearTimeout(away);
    };
  }, [isOver]);
  return isOver;
}
