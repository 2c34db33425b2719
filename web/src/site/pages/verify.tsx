/** Confirming an e-mail address, by the link of a mail: `#email=…&token=…`. */
import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import { object } from "../../wire/shape.ts";
import { useSite } from "../site.ts";
import { links } from "../strings/sign-in.ts";
import { Empty, Skeleton } from "../ui/ui.tsx";
import { useLoading } from "../ui/work.ts";

export function Page(): VNode {
  const site = useSite();
  const proof = useMemo(takeProof, []);
  const { now } = useLoading(
    async (signal) => {
      await site.api.call("/auth/redeem-verify-email", proof, object({}), signal);
      await site.recognise();
    },
    [site, proof],
  );
  if (now.value.state === "loading") return <Skeleton />;
  const isVerified = now.value.state === "here";
  return (
    <div class="page page-narrow">
      <h1 class="visually-hidden">{links.verifyTitle()}</h1>
      <Empty title={links.verifyTitle()}>
        <p role={isVerified ? "status" : "alert"}>
          {isVerified ? links.verified({ email: proof.email_address }) : links.notVerified()}
        </p>
        <a href={site.router.href("/settings")}>{links.toSettings()}</a>
      </Empty>
    </div>
  );
}

/** What the link says, which then leaves the address. */
function takeProof(): { readonly email_address: string; readonly token: string } {
  const said = new URLSearchParams(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
  return { email_address: said.get("email") ?? "", token: said.get("token") ?? "" };
}
