/** An image, as large as fits or pixel by pixel, on squares where it is transparent. */
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { say } from "../../state/say.ts";
import { useAddress } from "./address.ts";
import { Bar } from "./bar.tsx";
import type { ViewerProps } from "./viewer.tsx";

export function ImageView({ stored, onUnknown }: ViewerProps): VNode {
  const address = useAddress(stored, onUnknown);
  const [isFull, setFull] = useState(false);
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  return (
    <>
      <Bar stored={stored}>
        {size && <span class="viewer-fact">{say("{width} × {height} pixels", size)}</span>}
        <button type="button" class="tool" aria-pressed={!isFull} onClick={() => setFull(false)}>
          {say("Fit")}
        </button>
        <button type="button" class="tool" aria-pressed={isFull} onClick={() => setFull(true)}>
          {say("100 %")}
        </button>
      </Bar>
      <section
        class="viewer-area viewer-image"
        data-full={isFull ? "" : undefined}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label={say("Image")}
      >
        {address && (
          <img
            src={address}
            alt={stored.name}
            onLoad={({ currentTarget: { naturalWidth: width, naturalHeight: height } }) => setSize({ width, height })}
            onError={onUnknown}
          />
        )}
      </section>
    </>
  );
}
