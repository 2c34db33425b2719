/** A text as it was, with what is different from another one marked in it. */

import type { LanguageSupport } from "@codemirror/language";
import { getChunks, unifiedMergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { baseSetup, Switches } from "../../editor/setup.ts";

interface TextDiffProps {
  readonly before: string;
  readonly now: string;
  readonly label: string;
  language(): Promise<LanguageSupport | null>;
}

/** Diffs of larger texts are coarse, and ready after this time. */
const DIFF = { scanLimit: 2000, timeout: 500 };

export function TextDiff({ before, now, label, language }: TextDiffProps): VNode {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const switches = new Switches({ language: null, lineNumbers: true, wraps: true, locked: true });
    const extensions = [
      baseSetup,
      switches.extension,
      unifiedMergeView({ original: before, mergeControls: false, diffConfig: DIFF }),
      EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0", role: "textbox", "aria-readonly": "true" }),
    ];
    const view = new EditorView({
      state: EditorState.create({ doc: now, extensions }),
      parent: host.current as HTMLElement,
    });
    const first = getChunks(view.state)?.chunks[0];
    if (first) view.dispatch({ effects: EditorView.scrollIntoView(first.fromB, { y: "center" }) });
    void language().then((support) => view.dom.isConnected && switches.set(view, "language", support));
    return () => view.destroy();
  }, [before, now, label]);
  return <div class="text-diff" ref={host} />;
}
