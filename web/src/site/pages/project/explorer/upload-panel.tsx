/** What is being uploaded, how far it is, and what somebody has to decide. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { language } from "../../../../state/language.ts";
import { files as words } from "../../../strings/files.ts";
import { Progress } from "../../../ui/ui.tsx";
import { sizeText, visible } from "./entries.ts";
import type { OnConflict, Upload, Uploads } from "./uploads.ts";

const SHOWN = 50;
const TICK_MS = 1000;

export function UploadPanel({ uploads }: { readonly uploads: Uploads }): VNode | null {
  const now = useSignal(Date.now());
  const { isBusy } = uploads;
  useEffect(() => {
    if (!isBusy) return;
    const timer = setInterval(() => (now.value = Date.now()), TICK_MS);
    const stay = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener("beforeunload", stay);
    return () => {
      clearInterval(timer);
      removeEventListener("beforeunload", stay);
    };
  }, [isBusy, now]);
  const all = uploads.all.value;
  if (all.length === 0) return null;
  const { count, done, bytes, sent } = uploads.sum.value;
  const speed = uploads.speed(now.value);
  const open = all.filter((upload) => upload.state.value !== "done");
  return (
    <section class="uploads" aria-label={words.uploads()}>
      <div class="actions">
        <strong role="status">{words.uploadSum({ done, count })}</strong>
        {isBusy && speed > 0 && (
          <span class="soft">
            {words.uploadSpeed({ speed: sizeText(speed, language.value), left: duration((bytes - sent) / speed) })}
          </span>
        )}
        {!isBusy && (
          <button type="button" class="quiet" onClick={() => uploads.clear()}>
            {words.clear()}
          </button>
        )}
      </div>
      {isBusy && <Progress label={words.uploads()} done={bytes === 0 ? null : sent / bytes} />}
      <ul>
        {open.slice(0, SHOWN).map((upload) => (
          <One key={upload.id} upload={upload} uploads={uploads} />
        ))}
      </ul>
    </section>
  );
}

function duration(seconds: number): string {
  return seconds < 100
    ? words.seconds({ count: Math.ceil(seconds) })
    : words.minutes({ count: Math.ceil(seconds / 60) });
}

function One({ upload, uploads }: { readonly upload: Upload; readonly uploads: Uploads }): VNode {
  const state = upload.state.value;
  const name = visible(upload.path);
  const decide = (policy: OnConflict) => () => uploads.decide(upload, policy);
  return (
    <li>
      <bdi class="uploads-name">{name}</bdi>
      {state === "sending" && <Progress label={name} done={upload.sent.value / Math.max(1, upload.file.size)} />}
      {state === "waiting" && <span class="soft">{words.waiting()}</span>}
      {state === "retrying" && <span role="alert">{words.retrying()}</span>}
      {state === "failed" && <span role="alert">{upload.problem.value}</span>}
      {state === "taken" && (
        <span class="actions">
          <span role="alert">{words.taken()}</span>
          <button type="button" onClick={decide("keep")}>
            {words.keepBoth()}
          </button>
          <button type="button" onClick={decide("replace")}>
            {words.replace()}
          </button>
          <button type="button" onClick={() => uploads.cancel(upload)}>
            {words.skip()}
          </button>
        </span>
      )}
      {state !== "taken" && (
        <button
          type="button"
          class="quiet"
          aria-label={words.cancelUpload({ name })}
          onClick={() => uploads.cancel(upload)}
        >
          ×
        </button>
      )}
    </li>
  );
}
