import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { getDocument, VerbosityLevel, type PDFDocumentLoadingTask } from 'pdfjs-dist/legacy/build/pdf.mjs';

const packageFolder = dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json'));

/** A picture within a page that is larger counts as an error: no printer needs it. */
const mostImagePixels = 60_000_000;

/**
 * Begins to read a PDF; `destroy` it in any case. With `strict`, what cannot be read or drawn is an error; without, it
 * is left out.
 */
export function openPdf(pdf: Uint8Array, { strict = false } = {}): PDFDocumentLoadingTask {
  return getDocument({
    // It keeps what it is given.
    data: Uint8Array.from(pdf),
    standardFontDataUrl: join(packageFolder, 'standard_fonts') + sep,
    cMapUrl: join(packageFolder, 'cmaps') + sep,
    iccUrl: join(packageFolder, 'iccs') + sep,
    wasmUrl: join(packageFolder, 'wasm') + sep,
    useSystemFonts: false,
    verbosity: VerbosityLevel.ERRORS,
    ...(strict && { stopAtErrors: true, maxImageSize: mostImagePixels }),
  });
}
