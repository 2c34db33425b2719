/** Looking for files by name or content below the directory that is shown. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Hit } from "../../../files.ts";
import { files as words } from "../../../strings/files.ts";
import { inWords } from "../../../ui/problems.ts";
import { Choice, Dialog, Field, Problem, Progress } from "../../../ui/ui.tsx";
import { visible } from "./entries.ts";
import type { Explorer } from "./explorer.ts";
import { PictureOf } from "./picture.tsx";

const AT_MOST = 1000;

interface SearchProps {
  readonly explorer: Explorer;
  hrefOf(hit: Hit): string;
  onClose(): void;
}

export function SearchDialog({ explorer, hrefOf, onClose }: SearchProps): VNode {
  const text = useSignal("");
  const where = useSignal<"names" | "content">("names");
  const hits = useSignal<readonly Hit[] | null>(null);
  const problem = useSignal<string | null>(null);
  const isBusy = useSignal(false);
  const end = useRef(new AbortController());
  useEffect(() => () => end.current.abort(), []);
  const stop = (): void => {
    end.current.abort();
    isBusy.value = false;
  };
  const search = async (event: Event): Promise<void> => {
    event.preventDefault();
    stop();
    end.current = new AbortController();
    const { signal } = end.current;
    hits.value = [];
    problem.value = null;
    isBusy.value = true;
    const wanted = { text: text.value, content: where.value === "content", hidden: explorer.hidden.value };
    try {
      let after: string | null = null;
      do {
        const look = await explorer.calls.search({ ...wanted, path: explorer.path, after }, signal);
        hits.value = [...hits.value, ...look.hits].slice(0, AT_MOST);
        after = look.next;
      } while (after !== null && hits.value.length < AT_MOST);
    } catch (error) {
      if (!signal.aborted) problem.value = inWords(error);
    }
    if (!signal.aborted) isBusy.value = false;
  };
  return (
    <Dialog title={words.searchTitle()} onClose={onClose}>
      <form class="search-form" onSubmit={(event) => void search(event)}>
        <Field
          label={words.searchText()}
          type="search"
          required
          autofocus
          maxLength={200}
          value={text.value}
          onText={(typed) => (text.value = typed)}
        />
        <Choice
          label={words.searchWhere()}
          value={where.value}
          options={[
            { value: "names", label: words.inNames() },
            { value: "content", label: words.inContent() },
          ]}
          onChoice={(value) => (where.value = value)}
        />
        {isBusy.value ? (
          <button type="button" onClick={stop}>
            {words.stop()}
          </button>
        ) : (
          <button type="submit" class="primary">
            {words.search()}
          </button>
        )}
      </form>
      <Problem text={problem.value} />
      {isBusy.value && <Progress label={words.searching()} done={null} />}
      {hits.value && (
        <p role="status">
          {hits.value.length > 0
            ? words.foundSome({ count: hits.value.length })
            : isBusy.value
              ? words.searching()
              : words.nothingFound()}
        </p>
      )}
      <ul class="hits">
        {hits.value?.map((hit) => (
          <li key={`${hit.path}:${hit.line}`}>
            <PictureOf name={hit.path} kind={hit.kind} />{" "}
            <a href={hrefOf(hit)}>
              <bdi>{visible(hit.path)}</bdi>
              {hit.line !== null && `:${hit.line}`}
            </a>
            {hit.text !== null && <code>{visible(hit.text)}</code>}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
