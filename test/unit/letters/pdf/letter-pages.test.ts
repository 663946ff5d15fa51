import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { renderLetterPdf } from '../../../../src/lib/letters/pdf/render-letter-pdf.ts';
import { aLetter, someAddress } from '../../../support/letters.ts';
import { readPdf, type PdfPage } from '../../../support/read-pdf.ts';

type Letter = Parameters<typeof aLetter>[0];

const sentence = 'The quick brown fox jumps over the lazy dog and then goes home to sleep for a while. ';

async function pagesOf(letter: Letter): Promise<readonly PdfPage[]> {
  return (await readPdf((await renderLetterPdf(aLetter(letter))).pdf)).pages;
}

/** What is drawn, uncompressed. */
function streamsOf(pdf: Uint8Array): string {
  const bytes = Buffer.from(pdf);
  let drawn = '';
  for (const { index, 0: start } of bytes.toString('latin1').matchAll(/stream\n(?=x)/g)) {
    drawn += inflateSync(bytes.subarray(index + start.length)).toString('latin1');
  }
  return drawn;
}

describe('pages', () => {
  const breaks: [content: string, pages: number][] = [
    ['', 1],
    ['a', 1],
    ['a\n\n***', 1],
    ['a\n\n***\n\nb', 2],
    ['a\n\n***\n\n***\n\nb', 3],
    ['***\n\nb', 2],
  ];
  it.each(breaks)('of %j are %i', async (content, count) => {
    const { pageCount, pdf } = await renderLetterPdf(aLetter({ content }));
    expect(pageCount).toBe(count);
    expect((await readPdf(pdf)).pages).toHaveLength(count);
  });

  it('are filled to the last line that fits', async () => {
    // From 104 mm to 282 mm are 504.57 pt: date 16, subject 18.16 + 23.4 + 7.68, and 27 lines of 16.
    const lines = (count: number): string => Array.from({ length: count }, (_, line) => `line ${line}`).join('\n');
    const counts = await Promise.all(
      [27, 28].map(async (count) => (await renderLetterPdf(aLetter({ content: lines(count) }))).pageCount),
    );
    expect(counts).toEqual([1, 2]);
  });

  it('are filled to the last line after the first one, too', async () => {
    // 267 mm are 756.85 pt: 47 lines.
    const lines = (count: number): string => Array.from({ length: count }, (_, line) => `line ${line}`).join('\n');
    const counts = await Promise.all(
      [47, 48].map(
        async (count) => (await renderLetterPdf(aLetter({ content: `a\n\n***\n\n${lines(count)}` }))).pageCount,
      ),
    );
    expect(counts).toEqual([2, 3]);
  });

  it('do not end in fewer than four lines of a paragraph, nor begin with fewer than two', async () => {
    for (let before = 18; before < 27; before += 1) {
      const start = Array.from({ length: before }, (_, line) => `start ${line}`).join('\n');
      const end = Array.from({ length: 8 }, (_, line) => `end ${line}`).join('\n');
      const [first, second] = await pagesOf({ content: `${start}\n\n${end}` });
      const atEnd = first!.lines.filter((line) => line.startsWith('end')).length;
      const atStart = second?.lines.filter((line) => line.startsWith('end')).length ?? 0;
      expect(atEnd + atStart).toBe(8);
      expect([0, 4, 5, 6, 8]).toContain(atEnd);
    }
  });

  it('do not end in a heading', async () => {
    for (let before = 18; before < 27; before += 1) {
      const start = Array.from({ length: before }, (_, line) => `start ${line}`).join('\n');
      const pages = await pagesOf({ content: `${start}\n\n# Heading\n\n# Another\n\ntext` });
      const on = (text: string): number => pages.findIndex(({ lines }) => lines.includes(text));
      expect([on('Heading'), on('Another')]).toEqual([on('text'), on('text')]);
    }
  });
});

describe('the file', () => {
  it('is the same for the same letter, whatever was made before it', async () => {
    const letter = aLetter({ content: `Ω a-b ${sentence}\n\nqr: x`, welsh: { subject: 's', content: 'ŵ' } });
    const first = (await renderLetterPdf(letter)).pdf;
    await renderLetterPdf(aLetter({ content: '\u2126 a\u2011b \u00b5 \u03bc' }));
    const second = (await renderLetterPdf(letter)).pdf;
    expect(Buffer.from(second).equals(Buffer.from(first))).toBe(true);
    const other = (await renderLetterPdf({ ...letter, createdAt: '2021-03-07T12:00:01.000Z' })).pdf;
    expect(Buffer.from(other).equals(Buffer.from(first))).toBe(false);
  });

  it('is PDF 1.7 with its title and the time of the letter, and brings its fonts', async () => {
    const { pdf } = await renderLetterPdf(aLetter({ subject: 'A & B' }));
    const text = Buffer.from(pdf).toString('latin1');
    expect(text.startsWith('%PDF-1.7')).toBe(true);
    expect((await readPdf(pdf)).info).toMatchObject({ Title: 'A & B', CreationDate: 'D:20210307120000Z' });
    const fonts = [...text.matchAll(/\/BaseFont \/(\S+)/g)].map(([, name]) => name);
    expect(new Set(fonts.map((name) => name!.replace(/^[A-Z]{6}\+/, '')))).toEqual(
      new Set(['LiberationSans', 'LiberationSans-Bold']),
    );
    expect(text.match(/\/FontFile2/g)).toHaveLength(2);
  });

  it('is drawn with black ink alone, and with the colours of screens when it is to be looked at', async () => {
    const spaces = { print: ['/DeviceCMYK cs', '0 0 0 1 scn', '0 0 0 0 scn'], preview: ['/DeviceRGB cs', '0 0 0 scn'] };
    for (const form of ['print', 'preview'] as const) {
      const { pdf } = await renderLetterPdf(aLetter({ form }));
      const drawn = streamsOf(pdf);
      const colours = new Set(drawn.match(/\/Device\w+ cs|[\d. ]+ scn/g));
      expect(colours).toEqual(new Set(spaces[form]));
    }
  });

  it('is small', async () => {
    expect((await renderLetterPdf(aLetter({ content: sentence.repeat(20) }))).pdf.length).toBeLessThan(60_000);
  });

  it('has the address even where the address has characters that mean something elsewhere', async () => {
    const [page] = await pagesOf({ address: ['<b>&amp;((name))', ...someAddress.slice(1)] });
    expect(page!.lines).toContain('<B>&AMP;((NAME))');
  });
});

describe('hostile letters', () => {
  const letters: [what: string, content: string, fewestPages: number][] = [
    ['thousands of bullets', '* a\n'.repeat(3000), 50],
    ['thousands of headings', '# a\n\n'.repeat(3000), 100],
    ['thousands of page breaks', '***\n\n'.repeat(300), 300],
    ['a word of a hundred thousand characters', 'x'.repeat(100_000), 30],
    ['lists ten levels deep', Array.from({ length: 10 }, (_, depth) => `${'  '.repeat(depth)}* a`).join('\n'), 1],
    ['emojis and directions', '👩‍👩‍👧 \u202e \u0000 \ud800 שלום'.repeat(50), 1],
  ];
  it.each(letters)('with %s come out', async (_what, content, fewestPages) => {
    const { pageCount } = await renderLetterPdf(aLetter({ content }));
    expect(pageCount).toBeGreaterThanOrEqual(fewestPages);
  });
});
