/** Sound and films, with the controls of the browser. */
import type { VNode } from "preact";
import { useAddress } from "./address.ts";
import { Bar } from "./bar.tsx";
import type { ViewerProps } from "./viewer.tsx";

export function MediaView({ stored, onUnknown }: ViewerProps): VNode {
  const address = useAddress(stored, onUnknown);
  const Element = stored.mime.startsWith("audio/") ? "audio" : "video";
  return (
    <>
      <Bar stored={stored} />
      <div class="viewer-area viewer-media">
        {address && <Element src={address} controls onError={onUnknown} aria-label={stored.name} />}
      </div>
    </>
  );
}
