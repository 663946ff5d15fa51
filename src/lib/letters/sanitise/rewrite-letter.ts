import { PDFName, type PDFDocument, type PDFPageLeaf } from '@cantoo/pdf-lib';
import { openPdf } from '../pdf/open-pdf.ts';
import { printableText } from '../pdf/printable-text.ts';
import { readAddress } from './check-pages.ts';
import { saveClean } from './clean-document.ts';
import { drawAddressPage } from './draw-address.ts';
import { identity } from './matrix.ts';
import { turnIntoPicture } from './page-as-picture.ts';
import { pageGlyphs } from './page-glyphs.ts';
import { wordsOf } from './page-words.ts';
import { addressArea } from './printable-areas.ts';
import { addNamed, contentOf, dictIn, resourcesOf } from './pdf-objects.ts';
import { redactContent } from './redact-content.ts';

export interface RewrittenLetter {
  readonly file: Uint8Array;
  /** Whether the first page had to become a picture. */
  readonly isPicture: boolean;
}

/**
 * Takes away what stands where the address belongs, and prints the address anew, with the printer's word (letters sheet
 * §8). Afterwards the file is read again: whatever can be read there must be the new address alone. If not, the first
 * page becomes a picture.
 */
export async function rewriteLetter(
  document: PDFDocument,
  { address, hasTag }: { address: readonly string[]; hasTag: boolean },
): Promise<RewrittenLetter> {
  const leaf = document.getPage(0).node;
  const lines = address.map((line) => printableText(line).text);
  const overlay = await drawAddressPage({ address: lines, withTag: !hasTag, ...sizeOf(leaf) });
  const [drawn] = await document.embedPdf(overlay);
  await document.flush();
  const before = { contents: leaf.get(PDFName.of('Contents'))!, resources: leaf.get(PDFName.of('Resources'))! };
  try {
    await redact(document, leaf);
    addOnTop(document, leaf, drawn!.ref);
    const file = await saveClean(document);
    if (await hasOnlyAddress(file, lines)) return { file, isPicture: false };
  } catch (error) {
    if (error instanceof RangeError) throw error;
  }
  leaf.set(PDFName.of('Contents'), before.contents);
  leaf.set(PDFName.of('Resources'), before.resources);
  await turnIntoPicture(document, leaf);
  addOnTop(document, leaf, drawn!.ref);
  return { file: await saveClean(document), isPicture: true };
}

function sizeOf(leaf: PDFPageLeaf): { width: number; height: number } {
  const { width, height } = leaf.MediaBox().asRectangle();
  return { width, height };
}

async function redact(document: PDFDocument, leaf: PDFPageLeaf): Promise<void> {
  const { context } = document;
  const resources = resourcesOf(context, leaf);
  dictIn(context, resources, 'XObject');
  const { height } = sizeOf(leaf);
  const box = {
    left: addressArea.left,
    right: addressArea.right,
    top: height - addressArea.top,
    bottom: height - addressArea.bottom,
  };
  const content = await redactContent(contentOf(leaf), { context, resources, box, matrix: identity });
  leaf.set(PDFName.of('Contents'), context.register(context.flateStream(content)));
}

/** Lays something over a page, whatever state its content ended in. */
function addOnTop(document: PDFDocument, leaf: PDFPageLeaf, ref: ReturnType<PDFDocument['context']['register']>): void {
  const { context } = document;
  const objects = dictIn(context, resourcesOf(context, leaf), 'XObject');
  const name = addNamed(objects, ref);
  const contents = leaf.get(PDFName.of('Contents'))!;
  const before = context.register(context.flateStream('q\n'));
  const after = context.register(context.flateStream(`\nQ q /${name} Do Q\n`));
  leaf.set(PDFName.of('Contents'), context.obj([before, contents, after]));
}

async function hasOnlyAddress(file: Uint8Array, lines: readonly string[]): Promise<boolean> {
  const loading = openPdf(file, { strict: true });
  try {
    const page = await (await loading.promise).getPage(1);
    const text = readAddress(wordsOf(await pageGlyphs(page, null)), page.getViewport({ scale: 1 }).height);
    return withoutSpaces(text) === withoutSpaces(lines.join('\n').normalize('NFKD'));
  } finally {
    await loading.destroy();
  }
}

function withoutSpaces(text: string): string {
  return text.replace(/\s+/g, '');
}
