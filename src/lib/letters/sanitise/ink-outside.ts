import { createCanvas } from '@napi-rs/canvas';
import type { PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import type { Area } from './printable-areas.ts';

const dpi = 200;
const pointsPerInch = 72;
const white = 0xffffffff;
const rowsAtOnce = 256;

/** Whether a page shows anything outside of these areas: any pixel that is not pure white (letters sheet §8). */
export async function hasInkOutside(page: PDFPageProxy, areas: readonly Area[]): Promise<boolean> {
  const scale = dpi / pointsPerInch;
  const viewport = page.getViewport({ scale });
  const width = Math.ceil(viewport.width);
  const height = Math.ceil(viewport.height);
  const canvas = createCanvas(width, height);
  await page.render({ canvas: canvas as never, viewport, background: 'white', intent: 'print' }).promise;
  const context = canvas.getContext('2d');
  context.resetTransform();
  context.globalAlpha = 1;
  context.globalCompositeOperation = 'source-over';
  context.fillStyle = 'white';
  for (const { left, top, right, bottom } of areas)
    context.fillRect(left * scale, top * scale, (right - left) * scale, (bottom - top) * scale);
  for (let row = 0; row < height; row += rowsAtOnce) {
    const { data } = context.getImageData(0, row, width, Math.min(rowsAtOnce, height - row));
    if (new Uint32Array(data.buffer, data.byteOffset, data.byteLength / 4).some((pixel) => pixel !== white))
      return true;
  }
  return false;
}
