/** A PDF: its pages below each other, drawn while they are near what is seen. */
import type { PDFDocumentProxy } from "pdfjs-dist";
import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { say } from "../../state/say.ts";
import { Bar } from "./bar.tsx";
import { drawPage, openPdf } from "./pdf-pages.ts";
import type { ViewerProps } from "./viewer.tsx";

const ZOOMS = [0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3] as const;
const FIT = ZOOMS.indexOf(1);
/** Room beside the pages, in px. */
const MARGIN = 32;
/** Pages are not blown up beyond this on wide screens, in px. */
const WIDEST = 1000;

interface OpenedPdf {
  readonly pdf: PDFDocumentProxy;
  /** Width and height of the first page, in points: what the others have until they are known. */
  readonly size: Size;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

export function PdfView({ stored, file, onUnknown }: ViewerProps): VNode {
  const [opened, setOpened] = useState<OpenedPdf | null>(null);
  const [zoom, setZoom] = useState(FIT);
  const area = useRef<HTMLElement>(null);
  const width = useWidth(area);
  const current = useCurrentPage(area, opened);
  useEffect(() => {
    const end = new AbortController();
    openPdf(stored, end.signal).then(setOpened, (error) => {
      if (end.signal.aborted) return;
      console.warn("a PDF could not be shown", error);
      onUnknown();
    });
    return () => end.abort();
  }, [stored]);
  const goTo = (page: number): void => area.current?.children[page - 1]?.scrollIntoView({ block: "start" });
  useEffect(() => {
    if (opened === null || width === 0) return;
    const { page } = file.takeTarget();
    if (page !== undefined) goTo(Math.min(page, opened.pdf.numPages));
  }, [opened, width === 0]);
  const pageWidth = Math.min(width - MARGIN, WIDEST) * (ZOOMS[zoom] ?? 1);
  const count = opened?.pdf.numPages ?? 0;
  return (
    <>
      <Bar stored={stored}>
        <label class="viewer-fact" hidden={opened === null}>
          {say("Page")}{" "}
          <input
            class="viewer-page"
            type="number"
            min={1}
            max={count}
            value={current}
            onChange={({ currentTarget: { valueAsNumber } }) => goTo(valueAsNumber)}
          />{" "}
          {say("of {count}", { count })}
        </label>
        <button
          type="button"
          class="tool"
          aria-label={say("Smaller")}
          disabled={zoom === 0}
          onClick={() => setZoom(zoom - 1)}
        >
          −
        </button>
        <button type="button" class="tool" aria-pressed={zoom === FIT} onClick={() => setZoom(FIT)}>
          {say("Fit the width")}
        </button>
        <button
          type="button"
          class="tool"
          aria-label={say("Larger")}
          disabled={zoom === ZOOMS.length - 1}
          onClick={() => setZoom(zoom + 1)}
        >
          +
        </button>
      </Bar>
      <section
        class="viewer-area viewer-pdf"
        ref={area}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label={say("Pages")}
      >
        {opened &&
          width > 0 &&
          Array.from({ length: count }, (_, index) => (
            <PdfPage key={index} opened={opened} number={index + 1} width={pageWidth} />
          ))}
      </section>
    </>
  );
}

interface PdfPageProps {
  readonly opened: OpenedPdf;
  readonly number: number;
  readonly width: number;
}

function PdfPage({ opened: { pdf, size: usual }, number, width }: PdfPageProps): VNode {
  const element = useRef<HTMLDivElement>(null);
  const [isNear, setNear] = useState(false);
  const [size, setSize] = useState(usual);
  useEffect(() => {
    const margin = { rootMargin: "100%", scrollMargin: "100%" };
    const watcher = new IntersectionObserver((entries) => setNear(entries.at(-1)?.isIntersecting ?? false), margin);
    watcher.observe(element.current as HTMLElement);
    return () => watcher.disconnect();
  }, []);
  useEffect(() => {
    if (!isNear) return;
    const end = new AbortController();
    drawPage(pdf, number, element.current as HTMLElement, width, end.signal).then(setSize, (error) => {
      if (!end.signal.aborted) console.warn("a page could not be drawn", error);
    });
    return () => end.abort();
  }, [isNear, pdf, number, width]);
  const height = (width * size.height) / size.width;
  return (
    <section
      class="pdf-page"
      ref={element}
      style={{ width: `${width}px`, height: `${height}px` }}
      aria-label={say("Page {number}", { number })}
    />
  );
}

function useWidth(area: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const watcher = new ResizeObserver(() => setWidth(area.current?.clientWidth ?? 0));
    watcher.observe(area.current as HTMLElement);
    return () => watcher.disconnect();
  }, []);
  return width;
}

/** The number of the page that is at the middle of what is seen. */
function useCurrentPage(area: { readonly current: HTMLElement | null }, opened: OpenedPdf | null): number {
  const [current, setCurrent] = useState(1);
  useEffect(() => {
    const element = area.current;
    if (element === null || opened === null) return;
    const look = (): void => {
      const middle = element.scrollTop + element.clientHeight / 2;
      const after = [...element.children].findIndex((page) => (page as HTMLElement).offsetTop > middle);
      setCurrent(after === -1 ? Math.max(1, element.childElementCount) : Math.max(1, after));
    };
    element.addEventListener("scroll", look, { passive: true });
    return () => element.removeEventListener("scroll", look);
  }, [opened]);
  return current;
}
