import { PDFName, type PDFDocument, type PDFPageLeaf } from '@cantoo/pdf-lib';
import { createCanvas } from '@napi-rs/canvas';
import { openPdf } from '../pdf/open-pdf.ts';
import { addressArea } from './printable-areas.ts';

const dpi = 300;
const pointsPerInch = 72;
const jpegQuality = 92;

/**
 * Replaces the content of the first page by a picture of it without what stands where the address belongs: for pages
 * whose texts cannot be taken apart. Nothing of them can be read out of the file any more.
 */
export async function turnIntoPicture(document: PDFDocument, leaf: PDFPageLeaf): Promise<void> {
  const loading = openPdf(await document.save(), { strict: true });
  try {
    const page = await (await loading.promise).getPage(1);
    const scale = dpi / pointsPerInch;
    const viewport = page.getViewport({ scale });
    const canvas = createCanvas(Math.ceil(viewport.width), Math.ceil(viewport.height));
    await page.render({ canvas: canvas as never, viewport, background: 'white', intent: 'print' }).promise;
    const context = canvas.getContext('2d');
    context.resetTransform();
    context.fillStyle = 'white';
    const { left, top, right, bottom } = addressArea;
    context.fillRect(left * scale, top * scale, (right - left) * scale, (bottom - top) * scale);
    const image = await document.embedJpg(await canvas.encode('jpeg', jpegQuality));
    const { width, height } = page.getViewport({ scale: 1 });
    const content = document.context.flateStream(`q ${width} 0 0 ${height} 0 0 cm /Page Do Q`);
    leaf.set(PDFName.of('Resources'), document.context.obj({ XObject: { Page: image.ref } }));
    leaf.set(PDFName.of('Contents'), document.context.register(content));
  } finally {
    await loading.destroy();
  }
}
