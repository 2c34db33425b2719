/** All that is shared with everybody, to be searched. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import { HttpError } from "../api.ts";
import { ShareCalls, type Shared, type ShareListing, sharePage } from "../shares.ts";
import { useSite } from "../site.ts";
import { share as words } from "../strings/share.ts";
import { ago, exactly } from "../ui/moments.ts";
import { Empty, LoadedView, Problem } from "../ui/ui.tsx";
import { useLoading, useWork } from "../ui/work.ts";
import { visible } from "./project/explorer/entries.ts";
import { SignInFirst } from "./share/refusals.tsx";

export function Page(): VNode {
  const { api, router } = useSite();
  const calls = useMemo(() => new ShareCalls(api), [api]);
  const search = router.query.value.get("q") ?? "";
  const typed = useSignal(search);
  const loading = useLoading(async (signal) => await calls.list(search, null, signal).catch(orSignIn), [calls, search]);
  const submit = (event: Event): void => {
    event.preventDefault();
    router.go(`/share${typed.value.trim() && `?q=${encodeURIComponent(typed.value.trim())}`}`);
  };
  return (
    <div class="page">
      <div class="page-head">
        <h1>{words.title()}</h1>
        <search>
          <form onSubmit={submit}>
            <input
              class="search"
              type="search"
              aria-label={words.search()}
              placeholder={words.search()}
              value={typed.value}
              onInput={(event) => (typed.value = event.currentTarget.value)}
            />
          </form>
        </search>
      </div>
      <LoadedView of={loading}>
        {(listing) =>
          listing === null ? (
            <SignInFirst />
          ) : (
            <Found key={search} first={listing} next={(before) => calls.list(search, before)} search={search} />
          )
        }
      </LoadedView>
    </div>
  );
}

/** Sites may share with those only who have signed in. */
function orSignIn(error: unknown): null {
  if (error instanceof HttpError && error.status === 401) return null;
  throw error;
}

interface FoundProps {
  readonly first: ShareListing;
  readonly search: string;
  next(before: ShareListing["next"]): Promise<ShareListing>;
}

function Found({ first, search, next }: FoundProps): VNode {
  const pages = useSignal<readonly ShareListing[]>([first]);
  const work = useWork();
  const shares = pages.value.flatMap((page) => page.shares);
  const after = pages.value.at(-1)?.next ?? null;
  const more = (): Promise<boolean> =>
    work.run(async () => {
      pages.value = [...pages.value, await next(after)];
    });
  if (shares.length === 0) return <None search={search} />;
  return (
    <>
      <table class="table shares">
        <thead>
          <tr>
            <th>{words.name()}</th>
            <th class="wide-only">{words.project()}</th>
            <th>{words.edited()}</th>
          </tr>
        </thead>
        <tbody>
          {shares.map((share) => (
            <Row key={share.id} share={share} />
          ))}
        </tbody>
      </table>
      <Problem text={work.problem.value} />
      {after !== null && (
        <p class="actions">
          <button type="button" disabled={work.busy.value} onClick={() => void more()}>
            {words.more()}
          </button>
        </p>
      )}
    </>
  );
}

function Row({ share }: { readonly share: Shared }): VNode {
  const { router } = useSite();
  return (
    <tr>
      <td>
        <a href={router.href(sharePage(share.id))}>{visible(share.name)}</a>
        {share.description && <div class="soft">{share.description}</div>}
      </td>
      <td class="wide-only soft">{share.project_title}</td>
      <td class="soft" title={share.last_edited === null ? undefined : exactly(share.last_edited)}>
        {share.last_edited !== null && ago(share.last_edited)}
      </td>
    </tr>
  );
}

function None({ search }: { readonly search: string }): VNode {
  if (search) return <Empty title={words.noMatch({ text: search })} />;
  return (
    <Empty title={words.noneTitle()}>
      <p>{words.noneAdvice()}</p>
    </Empty>
  );
}
