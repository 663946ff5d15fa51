import { createCanvas } from '@napi-rs/canvas';
import { openPdf } from './open-pdf.ts';

/** One page of a PDF as a picture. */
export interface PagePicture {
  /** Null when there is no such page. */
  readonly png: Uint8Array | null;
  readonly pageCount: number;
}

const pointsPerInch = 72;
/** A page that is larger is drawn smaller. */
const mostPixels = 40_000_000;

/** Draws one page of a PDF. `page` counts from 1. @throws Error for what is no PDF */
export async function pagePicture(pdf: Uint8Array, page: number, dpi: number): Promise<PagePicture> {
  const loading = openPdf(pdf);
  try {
    const document = await loading.promise;
    const pageCount = document.numPages;
    if (page < 1 || page > pageCount) return { png: null, pageCount };
    const drawn = await document.getPage(page);
    const { width, height } = drawn.getViewport({ scale: 1 });
    const scale = Math.min(dpi / pointsPerInch, Math.sqrt(mostPixels / (width * height)));
    const viewport = drawn.getViewport({ scale });
    const canvas = createCanvas(Math.ceil(viewport.width), Math.ceil(viewport.height));
    await drawn.render({ canvas: canvas as never, viewport, background: 'white' }).promise;
    return { png: await canvas.encode('png'), pageCount };
  } finally {
    await loading.destroy();
  }
}
