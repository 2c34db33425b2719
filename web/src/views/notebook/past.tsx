/** The history of the notebook around this. */
import type { VNode } from "preact";
import { STRUCTURE } from "../../state/notebook.ts";
import { History } from "../history/history.tsx";
import { usePage } from "./page.ts";

export function NotebookHistory(): VNode {
  const { document, open, outputs } = usePage();
  const close = (told?: string) => {
    open.close();
    if (told !== undefined) open.notice.value = told;
  };
  return <History document={document} context={outputs} origin={STRUCTURE} close={close} />;
}
