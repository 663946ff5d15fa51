import { composeLetter } from './compose-letter.ts';
import { drawLetter } from './draw-letter.ts';
import type { LetterPdf, LetterSource } from './letter-source.ts';

/**
 * Makes the PDF of a letter from a template. The same letter always gives the same bytes, on every machine.
 *
 * Takes milliseconds for an ordinary letter and seconds for one of thousands of pages: `LetterPrinter` does it on a
 * thread of its own.
 */
export async function renderLetterPdf(source: LetterSource): Promise<LetterPdf> {
  const letter = composeLetter(source);
  const { logo, form, attachment } = source;
  // What only some letters need is loaded with the first of them.
  const image = logo === null ? null : await (await import('./logo-image.ts')).logoImage(logo, form);
  const pdf = await drawLetter(letter, { createdAt: new Date(source.createdAt), logo: image, form });
  const drawn = { pdf, pageCount: letter.pages.length, unprintable: letter.unprintable };
  if (attachment === null) return drawn;
  const { appendPages } = await import('./append-pages.ts');
  return { ...drawn, ...(await appendPages(pdf, attachment)) };
}
