/** Reading PDFs with pdf.js, and drawing their pages. */
import {
  GlobalWorkerOptions,
  getDocument,
  type PDFDocumentProxy,
  type PDFPageProxy,
  TextLayer,
} from "pdfjs-dist/legacy/build/pdf.mjs";
import workerUrl from "pdfjs-dist/legacy/build/pdf.worker.min.mjs?url";
import type { StoredFile } from "./stored-file.ts";

/** What pdf.js fetches when a document needs it, beside the directory of the scripts (`tools/build.ts`). */
const DATA = new URL(/* @vite-ignore */ "../pdf/", import.meta.url).href;

/** Sharper than this a canvas only costs memory. */
const MOST_PIXELS = 16_000_000;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** A document is there until `signal` ends. */
export async function openPdf(
  stored: StoredFile,
  signal: AbortSignal,
): Promise<{ readonly pdf: PDFDocumentProxy; readonly size: Size }> {
  GlobalWorkerOptions.workerSrc = workerUrl;
  const data = new Uint8Array(await (await stored.bytes(signal)).arrayBuffer());
  const task = getDocument({
    data,
    cMapUrl: `${DATA}cmaps/`,
    useSystemFonts: false, // theirs are not as wide as the documents expect
    standardFontDataUrl: `${DATA}standard_fonts/`,
    wasmUrl: `${DATA}wasm/`,
    iccUrl: `${DATA}iccs/`,
  });
  signal.addEventListener("abort", () => void task.destroy());
  const pdf = await task.promise;
  return { pdf, size: sizeOf(await pdf.getPage(1)) };
}

/** Draw a page as wide as that, with its text above it to be selected; both go with `signal`. Resolves to its size. */
export async function drawPage(
  pdf: PDFDocumentProxy,
  number: number,
  element: HTMLElement,
  width: number,
  signal: AbortSignal,
): Promise<Size> {
  const page = await pdf.getPage(number);
  signal.throwIfAborted();
  const size = sizeOf(page);
  const viewport = page.getViewport({ scale: width / size.width });
  const sharpness = Math.min(devicePixelRatio, Math.sqrt(MOST_PIXELS / (viewport.width * viewport.height)));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(viewport.width * sharpness);
  canvas.height = Math.round(viewport.height * sharpness);
  const layer = document.createElement("div");
  layer.className = "pdf-text";
  element.style.setProperty("--total-scale-factor", String(width / size.width));
  element.replaceChildren(canvas, layer);
  const drawing = page.render({ canvas, viewport, transform: [sharpness, 0, 0, sharpness, 0, 0] });
  const text = new TextLayer({ textContentSource: page.streamTextContent(), container: layer, viewport });
  signal.addEventListener("abort", () => {
    drawing.cancel();
    text.cancel();
    canvas.remove();
    layer.remove();
  });
  await Promise.all([drawing.promise, text.render()]);
  return size;
}

function sizeOf(page: PDFPageProxy): Size {
  const { width, height } = page.getViewport({ scale: 1 });
  return { width, height };
}
