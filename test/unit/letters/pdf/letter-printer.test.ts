import { createCanvas, loadImage } from '@napi-rs/canvas';
import { afterEach, describe, expect, it } from 'vitest';
import { createLetterPrinter, type LetterPrinter } from '../../../../src/lib/letters/pdf/letter-printer.ts';
import { renderLetterPdf } from '../../../../src/lib/letters/pdf/render-letter-pdf.ts';
import { aLetter } from '../../../support/letters.ts';

const printers: LetterPrinter[] = [];

function aPrinter(...options: Parameters<typeof createLetterPrinter>): LetterPrinter {
  const printer = createLetterPrinter(...options);
  printers.push(printer);
  return printer;
}

afterEach(async () => {
  for (const printer of printers.splice(0)) await printer.close();
});

describe('the printer', () => {
  it('makes the same PDFs as are made without it, and goes on serving the process meanwhile', async () => {
    const printer = aPrinter();
    const letters = [aLetter(), aLetter({ content: 'text '.repeat(20_000) }), aLetter({ subject: 'Another' })];
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 5);
    const made = await Promise.all(letters.map((letter) => printer.print(letter)));
    clearInterval(timer);
    expect(turns).toBeGreaterThan(5);
    for (const [index, letter] of letters.entries()) {
      const { pdf, pageCount } = await renderLetterPdf(letter);
      expect(made[index]!.pageCount).toBe(pageCount);
      expect(Buffer.from(made[index]!.pdf).equals(Buffer.from(pdf))).toBe(true);
    }
  });

  it('makes pictures of pages', async () => {
    const printer = aPrinter();
    const { pdf } = await printer.print(aLetter({ content: 'a\n\n***\n\nb' }));
    const { png, pageCount } = await printer.picture(pdf, 2, { dpi: 50 });
    expect(pageCount).toBe(2);
    const image = await loadImage(Buffer.from(png!));
    expect([image.width, image.height]).toEqual([414, 585]);
    const context = createCanvas(image.width, image.height).getContext('2d');
    context.drawImage(image, 0, 0);
    expect([...context.getImageData(0, 0, 1, 1).data]).toEqual([255, 255, 255, 255]);
    for (const page of [0, 3]) expect(await printer.picture(pdf, page)).toEqual({ png: null, pageCount: 2 });
  });

  it('says what is no PDF, and works on', async () => {
    const printer = aPrinter();
    await expect(printer.picture(Buffer.from('no PDF'), 1)).rejects.toMatchObject({ code: 'LETTER_NOT_MADE' });
    expect((await printer.print(aLetter())).pageCount).toBe(1);
  });

  it('gives up what takes too long, and goes on with the next', async () => {
    const printer = aPrinter({ timeLimitMs: 1 });
    for (const made of [printer.print(aLetter()), printer.print(aLetter())]) {
      await expect(made).rejects.toMatchObject({
        code: 'LETTER_NOT_MADE',
        message: 'The PDF of a letter could not be made: it took longer than 0.001 s',
      });
    }
  });

  it('makes nothing once it is closed', async () => {
    const printer = aPrinter();
    await printer.close();
    await expect(printer.print(aLetter())).rejects.toMatchObject({ code: 'LETTER_NOT_MADE' });
  });
});
