/** Mails that wait, or could not be sent. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { anything, list, maybe, number, object, type Shaped, text } from "../../wire/shape.ts";
import { useSite } from "../site.ts";
import { admin, mailWords as words } from "../strings/admin.ts";
import { ago } from "../ui/moments.ts";
import { inWords } from "../ui/problems.ts";
import { Dialog, Empty, LoadedView, Menu } from "../ui/ui.tsx";
import { useLoading } from "../ui/work.ts";

const mail = object({
  id: number,
  created: number,
  to: text,
  subject: text,
  body: text,
  attempts: number,
  error: maybe(text),
});
const found = object({ mails: list(mail) });

export function Page(): VNode {
  const { api, toasts } = useSite();
  const loading = useLoading((signal) => api.call("/admin/mails", {}, found, signal), [api]);
  const shown = useSignal<Shaped<typeof mail> | null>(null);
  const act = (path: string, id: number, told: string): void => {
    api.call(`/admin/mails/${path}`, { id }, anything).then(
      () => {
        if (told !== "") toasts.tell(told);
        loading.reload();
      },
      (error) => toasts.complain(inWords(error)),
    );
  };
  return (
    <LoadedView of={loading}>
      {({ mails }) =>
        mails.length === 0 ? (
          <Empty title={words.none()} />
        ) : (
          <>
            <table class="table">
              <thead>
                <tr>
                  <th>{words.to()}</th>
                  <th class="wide-only">{words.subject()}</th>
                  <th class="wide-only">{admin.created()}</th>
                  <th class="wide-only">{words.tries()}</th>
                  <td />
                </tr>
              </thead>
              <tbody>
                {mails.map((one) => (
                  <tr key={one.id}>
                    <td>{one.to}</td>
                    <td class="wide-only">
                      {one.subject}
                      {one.error !== null && <p class="field-problem">{one.error}</p>}
                    </td>
                    <td class="wide-only soft">{ago(one.created)}</td>
                    <td class="wide-only soft">{one.attempts}</td>
                    <td>
                      <Menu label={admin.actions()} name={admin.actionsFor({ name: one.to })}>
                        <button type="button" onClick={() => (shown.value = one)}>
                          {words.read()}
                        </button>
                        <button type="button" onClick={() => act("retry", one.id, words.retried())}>
                          {words.retry()}
                        </button>
                        <button type="button" onClick={() => act("delete", one.id, "")}>
                          {words.remove()}
                        </button>
                      </Menu>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
            {shown.value && (
              <Dialog title={shown.value.subject} onClose={() => (shown.value = null)}>
                <p class="field-hint">{shown.value.to}</p>
                <p style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{shown.value.body}</p>
              </Dialog>
            )}
          </>
        )
      }
    </LoadedView>
  );
}
