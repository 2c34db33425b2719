/** Something that is shared, to be read: a folder, or a file as its kind is shown. */
import "./share/share.css";
import { type ReadonlySignal, useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { language } from "../../state/language.ts";
import { HttpError } from "../api.ts";
import type { Params } from "../router.ts";
import { type Item, type Seen, ShareCalls, sharePage } from "../shares.ts";
import { useSite } from "../site.ts";
import { share as words } from "../strings/share.ts";
import { ago, exactly } from "../ui/moments.ts";
import { Empty, LoadedView } from "../ui/ui.tsx";
import { useLoading } from "../ui/work.ts";
import { joined, sizeText, visible } from "./project/explorer/entries.ts";
import { PictureOf } from "./project/explorer/picture.tsx";
import { SharedFile } from "./share/file.tsx";
import { OpenDialog } from "./share/open-dialog.tsx";
import { NotShared, SignInFirst, useSignInHref } from "./share/refusals.tsx";

/** What a page of a share shows; `path` is relative to what is shared. */
export interface Here {
  readonly calls: ShareCalls;
  readonly seen: Seen;
  readonly path: string;
}

const KNOWN_MS = 3000;

type Refusal = "sign-in" | "missing";

export function Page({ params }: { readonly params: Params }): VNode {
  const { api, person } = useSite();
  const calls = useMemo(() => new ShareCalls(api), [api]);
  const id = params.share_id ?? "";
  const path = (params.rest ?? "").replace(/\/+$/, "");
  const loading = useLoading(
    async (signal): Promise<Here | Refusal> => {
      try {
        const [seen] = await Promise.all([calls.look(id, path, signal), known(person)]);
        return { calls, seen, path };
      } catch (error) {
        if (!(error instanceof HttpError) || (error.status !== 401 && error.status !== 404)) throw error;
        return error.status === 401 ? "sign-in" : "missing";
      }
    },
    [calls, person, id, path],
  );
  return (
    <div class="page share">
      <LoadedView of={loading}>
        {(here) => {
          if (here === "sign-in") return <SignInFirst />;
          if (here === "missing") return <NotShared />;
          return (
            <>
              <Head {...here} />
              {here.seen.entries === null ? (
                <SharedFile {...here} />
              ) : (
                <Directory {...here} items={here.seen.entries} />
              )}
            </>
          );
        }}
      </LoadedView>
    </div>
  );
}

/** Wait for a while until it is known who looks, which changes what is offered, and so where all else stands. */
function known(person: ReadonlySignal<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const stop = person.subscribe((who) => {
      if (who !== undefined) resolve();
    });
    setTimeout(() => {
      stop();
      resolve();
    }, KNOWN_MS);
  });
}

function Head(here: Here): VNode {
  const { config, person } = useSite();
  const { calls, seen, path } = here;
  const { share, file } = seen;
  const signIn = useSignInHref();
  const asks = useSignal(false);
  const name = visible(path ? file.name : share.name);
  useEffect(() => {
    document.title = `${name} · ${config.siteName}`;
    return () => {
      document.title = config.siteName;
    };
  }, [name, config]);
  const isFile = file.kind === "file";
  return (
    <header class="share-head">
      <Trail {...here} />
      <p class="soft">
        {[
          share.project_title && words.from({ title: share.project_title }),
          words.changed({ when: ago(file.mtime) }),
          isFile && sizeText(file.size, language.value),
          share.license && words.license({ license: share.license }),
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
      {share.description && <p>{share.description}</p>}
      <div class="actions">
        {person.value ? (
          <button type="button" class="primary" onClick={() => (asks.value = true)}>
            {words.open()}
          </button>
        ) : (
          <a class="button primary" href={signIn}>
            {words.signInToOpen()}
          </a>
        )}
        {isFile && (
          <a class="button" href={`${calls.address(share.id, "raw", path)}?show`} target="_blank" rel="noopener">
            {words.raw()}
          </a>
        )}
        {file.kind !== "other" && (
          <a class="button" href={calls.address(share.id, isFile ? "raw" : "zip", path)} download>
            {words.download()}
          </a>
        )}
      </div>
      {asks.value && <OpenDialog {...here} name={name} onClose={() => (asks.value = false)} />}
    </header>
  );
}

/** What is shared, and the folders from there to what is shown. */
function Trail({ seen: { share }, path }: Here): VNode {
  const { router } = useSite();
  const parts = path === "" ? [] : path.split("/");
  const steps = [
    { name: share.name, way: "" },
    ...parts.map((name, at) => ({ name, way: parts.slice(0, at + 1).join("/") })),
  ];
  return (
    <nav aria-label={words.trail()}>
      <h1 class="share-trail">
        {steps.map(({ name, way }, at) =>
          at === steps.length - 1 ? (
            <span key={way} aria-current="page">
              {visible(name)}
            </span>
          ) : (
            <span key={way}>
              <a href={router.href(sharePage(share.id, way))}>{visible(name)}</a> /{" "}
            </span>
          ),
        )}
      </h1>
    </nav>
  );
}

function Directory({ seen, path, items }: Here & { readonly items: readonly Item[] }): VNode {
  const { router } = useSite();
  const code = language.value;
  const sorted = useMemo(() => {
    const { compare } = new Intl.Collator(code, { numeric: true });
    const isFolder = (item: Item): number => Number(item.kind === "directory");
    return [...items].sort((one, other) => isFolder(other) - isFolder(one) || compare(one.name, other.name));
  }, [items, code]);
  if (items.length === 0) return <Empty title={words.emptyTitle()} />;
  return (
    <>
      <table class="table" aria-label={words.files()}>
        <thead>
          <tr>
            <th>{words.name()}</th>
            <th>{words.size()}</th>
            <th class="wide-only">{words.edited()}</th>
          </tr>
        </thead>
        <tbody>
          {sorted.map(({ name, kind, size, mtime }) => (
            <tr key={name}>
              <td class="share-name">
                <PictureOf name={name} kind={kind} />
                {kind === "other" ? (
                  visible(name)
                ) : (
                  <a href={router.href(sharePage(seen.share.id, joined(path, name)))}>{visible(name)}</a>
                )}
              </td>
              <td class="soft">{kind === "file" && sizeText(size, code)}</td>
              <td class="soft wide-only" title={exactly(mtime)}>
                {ago(mtime)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {!seen.complete && <p class="soft">{words.incomplete()}</p>}
    </>
  );
}
