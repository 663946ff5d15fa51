import type { PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { page as a4, notifyTag } from '../pdf/letter-sheet.ts';
import { hasInkOutside } from './ink-outside.ts';
import { pageGlyphs } from './page-glyphs.ts';
import { textTouching, wordsOf, type PageWord } from './page-words.ts';
import { addressArea, printableAreas, tagArea } from './printable-areas.ts';
import { LetterRefused, type SanitiseOptions } from './sanitised-letter.ts';

/** What was read from the pages of a letter. */
export interface CheckedPages {
  /** Lines of what stands where the address belongs; empty for attachments. */
  readonly addressText: string;
  /** Whether the first page has the printer's word already. */
  readonly hasTag: boolean;
}

/**
 * Looks at the pages one after the other: what they show, and the words on them.
 *
 * @throws LetterRefused `content-outside-printable-area`, `notify-tag-found-in-content`; Error for what cannot be drawn
 */
export async function checkPages(
  document: PDFDocumentProxy,
  { isAttachment, endMark }: Pick<SanitiseOptions, 'isAttachment'> & { readonly endMark: string },
): Promise<CheckedPages> {
  const outside: number[] = [];
  const tagged: number[] = [];
  let addressText = '';
  for (let number = 1; number <= document.numPages; number += 1) {
    const page = await document.getPage(number);
    const isAddressPage = number === 1 && !isAttachment;
    const words = wordsOf(await pageGlyphs(page, endMark));
    if (await hasInkOutside(page, printableAreas({ isAddressPage }))) outside.push(number);
    const { height } = page.getViewport({ scale: 1 });
    if (textTouching(words, tagArea, height) === notifyTag.text) tagged.push(number);
    if (isAddressPage) addressText = readAddress(words, height);
    page.cleanup();
  }
  if (outside.length > 0) throw new LetterRefused('content-outside-printable-area', { invalidPages: outside });
  const misplaced = isAttachment ? tagged : tagged.filter((number) => number > 1);
  if (misplaced.length > 0) throw new LetterRefused('notify-tag-found-in-content', { invalidPages: misplaced });
  return { addressText, hasTag: tagged.includes(1) };
}

/** What stands where the address belongs, on a page that is this high. Ligatures are taken apart. */
export function readAddress(words: readonly PageWord[], height: number = a4.height): string {
  return textTouching(words, addressArea, height).normalize('NFKD');
}
