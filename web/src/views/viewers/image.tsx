/** An image, as large as fits or pixel by pixel, on squares where it is transparent. */
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { viewers } from "../../site/strings/viewers.ts";
import { useAddress } from "./address.ts";
import { Bar } from "./bar.tsx";
import type { ViewerProps } from "./viewer.tsx";

export function ImageView({ stored, onUnknown }: ViewerProps): VNode {
  const address = useAddress(stored, onUnknown);
  const [isFull, setFull] = useState(false);
  const [size, setSize] = useState<{ readonly width: number; readonly height: number } | null>(null);
  return (
    <>
      <Bar stored={stored}>
        {size && <span class="viewer-fact">{viewers.pixels(size)}</span>}
        <button type="button" class="tool" aria-pressed={!isFull} onClick={() => setFull(false)}>
          {viewers.fit()}
        </button>
        <button type="button" class="tool" aria-pressed={isFull} onClick={() => setFull(true)}>
          {viewers.fullSize()}
        </button>
      </Bar>
      <section
        class="viewer-area viewer-image"
        data-full={isFull ? "" : undefined}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label={viewers.image()}
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
