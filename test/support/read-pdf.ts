/** Reads PDFs back: their texts with places, and what of their pages is not white. */
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { getDocument, VerbosityLevel } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { pagePicture } from '../../src/lib/letters/pdf/page-picture.ts';

/** A piece of text; millimetres from the page's top left corner. */
export interface PdfText {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly baseline: number;
  /** Points. */
  readonly size: number;
  readonly font: string;
}

export interface PdfPage {
  /** Millimetres. */
  readonly width: number;
  readonly height: number;
  readonly texts: readonly PdfText[];
  /** The texts of each line, from top to bottom and left to right. */
  readonly lines: readonly string[];
}

export interface ReadPdf {
  readonly pages: readonly PdfPage[];
  readonly info: Readonly<Record<string, unknown>>;
}

const mmPerPoint = 25.4 / 72;

export async function readPdf(pdf: Uint8Array): Promise<ReadPdf> {
  const loading = getDocument({ data: Uint8Array.from(pdf), verbosity: VerbosityLevel.ERRORS });
  try {
    const document = await loading.promise;
    const { info } = (await document.getMetadata()) as { info: Record<string, unknown> };
    const pages: PdfPage[] = [];
    for (let number = 1; number <= document.numPages; number += 1) {
      const page = await document.getPage(number);
      const { width, height } = page.getViewport({ scale: 1 });
      const { items } = await page.getTextContent();
      const texts: PdfText[] = [];
      for (const item of items) {
        if (!('str' in item) || item.str === '') continue;
        const [size, , , , x, y] = item.transform as number[];
        texts.push({
          text: item.str,
          left: x! * mmPerPoint,
          right: (x! + item.width) * mmPerPoint,
          baseline: (height - y!) * mmPerPoint,
          size: size!,
          font: item.fontName,
        });
      }
      pages.push({ width: width * mmPerPoint, height: height * mmPerPoint, texts, lines: linesOf(texts) });
    }
    return { pages, info };
  } finally {
    await loading.destroy();
  }
}

function linesOf(texts: readonly PdfText[]): string[] {
  const lines = new Map<string, PdfText[]>();
  for (const text of texts) {
    const place = text.baseline.toFixed(1);
    lines.set(place, [...(lines.get(place) ?? []), text]);
  }
  return [...lines]
    .toSorted(([left], [right]) => Number(left) - Number(right))
    .map(([, parts]) =>
      parts
        .toSorted((left, right) => left.left - right.left)
        .map(({ text }) => text)
        .join('')
        .trim(),
    )
    .filter((line) => line !== '');
}

/** A rectangle in millimetres from the page's top left corner. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The smallest rectangle that holds everything that is not white, outside of some areas; null for a white page. */
export async function inkOf(pdf: Uint8Array, page: number, without: readonly Area[] = []): Promise<Area | null> {
  const dpi = 100;
  const { png } = await pagePicture(pdf, page, dpi);
  const image = await loadImage(Buffer.from(png!));
  const canvas = createCanvas(image.width, image.height);
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  const toPixels = dpi / 25.4;
  context.fillStyle = 'white';
  for (const { left, top, right, bottom } of without)
    context.fillRect(left * toPixels, top * toPixels, (right - left) * toPixels, (bottom - top) * toPixels);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  const found = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (let at = 0; at < data.length; at += 4) {
    if (data[at]! > 250 && data[at + 1]! > 250 && data[at + 2]! > 250) continue;
    const x = (at / 4) % image.width;
    const y = Math.floor(at / 4 / image.width);
    found.left = Math.min(found.left, x);
    found.right = Math.max(found.right, x + 1);
    found.top = Math.min(found.top, y);
    found.bottom = Math.max(found.bottom, y + 1);
  }
  if (found.left === Infinity) return null;
  return {
    left: found.left / toPixels,
    top: found.top / toPixels,
    right: found.right / toPixels,
    bottom: found.bottom / toPixels,
  };
}
