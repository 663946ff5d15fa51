/** What is printed with letters from files: the picture at their top, the pages after them (letters sheet §7). */
import { inflateSync } from 'node:zlib';
import { loadImage } from '@napi-rs/canvas';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LetterForm } from '../../../../src/lib/letters/pdf/letter-source.ts';
import { logoImage } from '../../../../src/lib/letters/pdf/logo-image.ts';
import { readLogo } from '../../../../src/lib/letters/pdf/read-logo.ts';
import { renderLetterPdf } from '../../../../src/lib/letters/pdf/render-letter-pdf.ts';
import { aLetter } from '../../../support/letters.ts';
import { aPicture } from '../../../support/logo-picture.ts';
import { aPdf, bytesOf } from '../../../support/precompiled-pdf.ts';
import { inkOf, readPdf } from '../../../support/read-pdf.ts';

const blank = { address: [], contactBlock: null, subject: '', content: '' };
/** Where the date and the page number are. */
const textAreas = [{ left: 0, top: 100, right: 210, bottom: 297 }];

describe('a logo', () => {
  const shapes: [what: string, width: number, height: number, right: number, bottom: number][] = [
    ['wide', 700, 100, 85, 20],
    ['high', 90, 180, 24, 28],
    ['of the shape of its box', 350, 90, 85, 28],
    ['small', 7, 1, 85, 20],
  ];
  it.each(shapes)('that is %s fills its box as far as it can', async (_, width, height, right, bottom) => {
    const { pdf, pageCount } = await renderLetterPdf(aLetter({ ...blank, logo: await aPicture(width, height) }));
    const ink = await inkOf(pdf, 1, textAreas);
    expect(pageCount).toBe(1);
    expect(ink!.left).toBeCloseTo(15, 0);
    expect(ink!.top).toBeCloseTo(10, 0);
    expect(ink!.right).toBeCloseTo(right, 0);
    expect(ink!.bottom).toBeCloseTo(bottom, 0);
  });

  it('is on the first page only', async () => {
    const content = 'a\n\n***\n\nb';
    const { pdf } = await renderLetterPdf(aLetter({ ...blank, content, logo: await aPicture(100, 100) }));
    expect(await inkOf(pdf, 2, [{ left: 0, top: 14, right: 210, bottom: 297 }])).toBeNull();
  });

  const inks: [colour: string, form: LetterForm, samples: number[]][] = [
    ['#000000', 'print', [0, 0, 0, 255]],
    ['#ffffff', 'print', [0, 0, 0, 0]],
    ['#808080', 'print', [0, 0, 0, 127]],
    ['#ff0000', 'print', [0, 255, 255, 0]],
    ['#004080', 'print', [255, 128, 0, 127]],
    ['rgba(0, 0, 0, 0)', 'print', [0, 0, 0, 0]],
    ['#004080', 'preview', [0, 64, 128]],
  ];
  it.each(inks)('of %s is %sed with these colours: %j', async (colour, form, expected) => {
    const { samples, colourSpace } = await logoImage(await aPicture(2, 1, { colour }), form);
    expect(colourSpace).toBe(form === 'print' ? 'DeviceCMYK' : 'DeviceRGB');
    expect([...inflateSync(samples)]).toEqual([...expected, ...expected]);
  });
});

describe('a picture that becomes a logo', () => {
  const sizes: [width: number, height: number, kept: [number, number], dpi: number][] = [
    [3500, 500, [827, 118], 300],
    [1000, 1000, [213, 213], 300],
    [70, 18, [70, 18], 25],
    [1, 4000, [1, 213], 300],
  ];
  it.each(sizes)('of %i by %i pixels is kept as %j, at %i dpi', async (width, height, kept, dpi) => {
    for (const format of ['png', 'jpeg'] as const) {
      const logo = await readLogo(await aPicture(width, height, { format }));
      const image = await loadImage(Buffer.from(logo!.png));
      expect([image.width, image.height]).toEqual(kept);
      expect(Math.abs(logo!.dpi - dpi)).toBeLessThanOrEqual(1);
    }
  });

  it('must be one: no drawing, no text, no half of one', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="10" height="10"/></svg>';
    const half = (await aPicture(50, 50)).subarray(0, 30);
    for (const file of [Buffer.from(svg), Buffer.from(''), half]) expect(await readLogo(file)).toBeNull();
  });
});

describe('an attachment', () => {
  let attachment: Buffer;
  beforeAll(async () => {
    attachment = await bytesOf(
      await aPdf([({ text }) => text('Form A', 20, 20), ({ text }) => text('Form B', 20, 20)]),
    );
  });

  it('comes after all pages of the letter, without page numbers of ours, and is counted', async () => {
    const letter = aLetter({ content: 'Dear', welsh: { subject: 'Cymraeg', content: 'Annwyl' }, attachment });
    const { pdf, pageCount } = await renderLetterPdf(letter);
    const { pages, info } = await readPdf(pdf);
    expect([pageCount, pages.length]).toEqual([4, 4]);
    expect(pages.map(({ lines }) => lines.at(-1))).toEqual(['Tudalen 1 o 1', 'Page 1 of 1', 'Form A', 'Form B']);
    expect(info).toMatchObject({ Title: 'Cymraeg', CreationDate: 'D:20210307120000Z' });
    expect(Buffer.from(pdf).toString('latin1', 0, 8)).toBe('%PDF-1.7');
  });

  it('and a logo leave the same letter the same file', async () => {
    const letter = aLetter({ attachment, logo: await aPicture(70, 18) });
    const first = await renderLetterPdf(letter);
    const second = await renderLetterPdf(letter);
    expect(Buffer.from(second.pdf).equals(Buffer.from(first.pdf))).toBe(true);
  });
});
