/** Things that are searched for, and come by the page. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren, VNode } from "preact";
import { admin } from "../strings/admin.ts";
import { Field } from "../ui/ui.tsx";

/** A field whose text is searched for when one presses Enter. */
export function Search({ hint, search }: { readonly hint: string; search(query: string): void }): VNode {
  const typed = useSignal("");
  const submit = (event: Event): void => {
    event.preventDefault();
    search(typed.value);
  };
  return (
    <search>
      <form onSubmit={submit}>
        <Field label={hint} type="search" value={typed.value} onText={(text) => (typed.value = text)} />
      </form>
    </search>
  );
}

interface PageProps {
  readonly more: boolean;
  readonly count: number;
  readonly children: ComponentChildren;
  next(): void;
}

/** What was found, with a way to what comes behind it. */
export function FoundPage({ more, count, children, next }: PageProps): VNode {
  if (count === 0) return <p>{admin.nothingFound()}</p>;
  return (
    <>
      {children}
      {more && (
        <p>
          <button type="button" onClick={next}>
            {admin.more()}
          </button>
        </p>
      )}
    </>
  );
}
