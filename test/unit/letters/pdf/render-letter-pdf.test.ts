import { describe, expect, it } from 'vitest';
import { baselineOffset } from '../../../../src/lib/letters/pdf/letter-fonts.ts';
import { styles } from '../../../../src/lib/letters/pdf/letter-sheet.ts';
import { renderLetterPdf } from '../../../../src/lib/letters/pdf/render-letter-pdf.ts';
import { aLetter } from '../../../support/letters.ts';
import { inkOf, readPdf, type PdfPage, type PdfText } from '../../../support/read-pdf.ts';

type Letter = Parameters<typeof aLetter>[0];

/** From the top of the text to its first line, in millimetres. */
const firstBaseline = (baselineOffset(styles.body) * 25.4) / 72;
const sentence = 'The quick brown fox jumps over the lazy dog and then goes home to sleep for a while. ';

async function pagesOf(letter: Letter): Promise<readonly PdfPage[]> {
  return (await readPdf((await renderLetterPdf(aLetter(letter))).pdf)).pages;
}

function find(page: PdfPage | undefined, text: string): PdfText {
  const found = page?.texts.find((candidate) => candidate.text.startsWith(text));
  if (found === undefined) throw new Error(`no '${text}' in ${JSON.stringify(page?.lines)}`);
  return found;
}

/** The texts of the body, in order, without address, sender, date, subject and footer. */
function bodyOf(pages: readonly PdfPage[]): string[] {
  return pages
    .flatMap(({ lines }) => lines)
    .filter((line) => !/^(NOTIFY|Page \d+ of \d+|Tudalen \d+ o \d+)$/.test(line));
}

describe('the first page', () => {
  const letter = { address: ['Ann Example', 'Flat 1b', '2 Example Street', 'Exampletown', 'SW1A 1AA'] };

  it('is A4, and so are the others', async () => {
    for (const { width, height } of await pagesOf({ content: 'a\n\n***\n\nb' })) {
      expect([width, height].map((side) => side.toFixed(1))).toEqual(['210.0', '297.0']);
    }
  });

  it('has the address in capitals within the window, its last line at the bottom', async () => {
    const [page] = await pagesOf(letter);
    const places = letter.address.map((line) => find(page, line.toUpperCase()));
    for (const { left, size } of places) {
      expect(left).toBeCloseTo(24.6, 1);
      expect(size).toBe(8);
    }
    const baselines = places.map(({ baseline }) => baseline);
    for (const [index, baseline] of baselines.entries())
      if (index > 0) expect(baseline - baselines[index - 1]!).toBeCloseTo((8.5 * 25.4) / 72, 2);
    // The descent of the type is below the baseline.
    expect(baselines.at(-1)).toBeGreaterThan(65);
    expect(baselines.at(-1)).toBeLessThan(66.2);
  });

  it('cuts off what is too wide or too high for the window', async () => {
    const address = Array.from({ length: 12 }, (_, line) => `${line} ${'Wide '.repeat(40)}`);
    const { pdf } = await renderLetterPdf(aLetter({ address, contactBlock: null }));
    const ink = await inkOf(pdf, 1, [{ left: 0, top: 95, right: 210, bottom: 297 }]);
    expect(ink!.left).toBeGreaterThan(24.4);
    expect(ink!.right).toBeLessThan(24.6 + 85.3);
    expect(ink!.top).toBeGreaterThan(39.5);
    expect(ink!.bottom).toBeLessThan(66.5);
  });

  it('has the sender at the right, its last line at the bottom of its box, with values put in', async () => {
    const contactBlock = '  Department for ((topic))  \r\nLondon\n\nTelephone: 0300 123 4567';
    const [page] = await pagesOf({ contactBlock, personalisation: { topic: 'A & B' } });
    const first = find(page, 'Department for A & B');
    const last = find(page, 'Telephone: 0300 123 4567');
    expect([first.left, last.left].map((left) => left.toFixed(1))).toEqual(['128.8', '128.8']);
    expect(first.size).toBe(10);
    expect(last.baseline - first.baseline).toBeCloseTo((3 * 12 * 25.4) / 72, 1);
    expect(last.baseline).toBeGreaterThan(80);
    expect(last.baseline).toBeLessThan(82.2);
  });

  it('keeps a long sender to eleven lines no wider than its box', async () => {
    const contactBlock = Array.from({ length: 20 }, (_, line) => `line ${line} ${'x'.repeat(line * 5)}`).join('\n');
    const { pdf } = await renderLetterPdf(aLetter({ contactBlock, address: [] }));
    const ink = await inkOf(pdf, 1, [{ left: 0, top: 95, right: 210, bottom: 297 }]);
    expect(ink!.left).toBeGreaterThan(128.6);
    expect(ink!.right).toBeLessThan(200.2);
    expect(ink!.top).toBeGreaterThan(82.2 - 46.7);
    expect(ink!.bottom).toBeLessThan(82.4);
  });

  it.each([
    ['2021-03-07T12:00:00Z', '7 March 2021'],
    ['2020-12-12T00:00:00Z', '12 December 2020'],
    ['2020-06-30T22:59:59Z', '30 June 2020'],
    ['2020-06-30T23:00:00Z', '1 July 2020'],
    ['2020-12-31T23:30:00Z', '31 December 2020'],
  ])('of a letter created %s is dated %s, at the top of the text', async (createdAt, date) => {
    const [page] = await pagesOf({ createdAt });
    const { left, baseline, size } = find(page, date);
    expect(left).toBeCloseTo(15, 1);
    expect(size).toBe(12.5);
    expect(baseline).toBeGreaterThan(104);
    expect(baseline).toBeLessThan(104 + 5.7);
  });

  it('has the subject in bold below the date, then the message', async () => {
    const [page] = await pagesOf({
      subject: 'About ((what))',
      content: 'Message',
      personalisation: { what: '"A" & <b>' },
    });
    const date = find(page, '7 March 2021');
    const subject = find(page, 'About “A” & <b>');
    const message = find(page, 'Message');
    expect(subject.size).toBe(20);
    expect(subject.font).not.toBe(date.font);
    expect(date.baseline).toBeLessThan(subject.baseline);
    expect(subject.baseline).toBeLessThan(message.baseline);
    expect([subject.left, message.left].map((left) => left.toFixed(1))).toEqual(['15.0', '15.0']);
  });

  it('has the tag of printers in its top left corner, white, and no other page has', async () => {
    const { pdf } = await renderLetterPdf(aLetter({ content: 'a\n\n***\n\nb' }));
    const [first, second] = (await readPdf(pdf)).pages;
    const tag = find(first, 'NOTIFY');
    expect(tag.size).toBe(6);
    expect(tag.left).toBeCloseTo(1.8, 1);
    expect(tag.right).toBeLessThan(15.191);
    expect(tag.baseline).toBeGreaterThan(1.8);
    expect(tag.baseline).toBeLessThan(6.149);
    expect(second!.lines).not.toContain('NOTIFY');
    expect((await inkOf(pdf, 1))!.top).toBeGreaterThan(39);
  });

  it('has no tag and no ink of printers when it is to be looked at', async () => {
    const { pdf } = await renderLetterPdf(aLetter({ form: 'preview' }));
    const [page] = (await readPdf(pdf)).pages;
    expect(page!.lines).not.toContain('NOTIFY');
  });
});

describe('every page', () => {
  // The printable areas of letters that come as PDFs, each a millimetre larger on every side (letters sheet §8).
  const areas = {
    first: [
      { left: 14, top: 94, right: 196, bottom: 293 },
      { left: 124, top: 4, right: 196, bottom: 96 },
      { left: 23.6, top: 38.5, right: 121, bottom: 67.3 },
    ],
    next: [{ left: 14, top: 4, right: 196, bottom: 293 }],
  };

  it('has nothing outside of what printers print, whatever the letter says', async () => {
    const content = [
      sentence.repeat(30),
      'x'.repeat(5000),
      `* ${'y'.repeat(200)}\n  * ${'z '.repeat(200)}`,
      Array.from({ length: 120 }, (_, line) => `${line + 1}. item ${'i'.repeat(line)}`).join('\n'),
      `# ${'Heading'.repeat(60)}`,
      `qr: https://www.gov.uk/${'q'.repeat(400)}`,
      `https://www.gov.uk/${'path/'.repeat(100)}`,
    ].join('\n\n');
    const letter = { content, subject: 'Subject'.repeat(40), address: Array(7).fill('Wwwww '.repeat(30)) };
    const { pdf, pageCount } = await renderLetterPdf(aLetter(letter));
    expect(pageCount).toBeGreaterThan(4);
    for (let page = 1; page <= pageCount; page += 1) {
      expect(await inkOf(pdf, page, page === 1 ? areas.first : areas.next), `page ${page}`).toBeNull();
    }
  });

  it('keeps the text within its margins', async () => {
    const pages = await pagesOf({ content: (sentence.repeat(5) + '\n\n').repeat(20) });
    expect(pages.length).toBeGreaterThan(2);
    for (const [index, page] of pages.entries()) {
      const texts = page.texts.filter(({ text, size }) => size === 12.5 && text.trim() !== '');
      const tops = texts.map(({ baseline }) => baseline);
      expect(Math.min(...tops)).toBeCloseTo((index === 0 ? 104 : 15) + firstBaseline, 1);
      expect(Math.max(...tops)).toBeLessThan(282);
      expect(Math.max(...texts.map(({ right }) => right))).toBeLessThan(15 + 137.5 + 0.2);
      expect(Math.min(...texts.map(({ left }) => left))).toBeCloseTo(15, 1);
    }
  });

  it('says which it is of how many, at the bottom right', async () => {
    const pages = await pagesOf({ content: 'a\n\n***\n\nb\n\n***\n\nc' });
    const footers = pages.map((page, index) => find(page, `Page ${index + 1} of 3`));
    for (const { right, baseline, size } of footers) {
      expect(right).toBeCloseTo(195, 0);
      expect(baseline).toBeGreaterThan(282);
      expect(baseline).toBeLessThan(292);
      expect(size).toBe(10);
    }
  });
});

describe('the message', () => {
  const message: [what: string, letter: Letter, lines: string[]][] = [
    ['paragraphs and line breaks', { content: 'a\nb\n\nc' }, ['a', 'b', 'c']],
    ['empty lines', { content: 'a\n\n\n\nb' }, ['a', 'b']],
    ['bullets', { content: '* a\n* b' }, ['• a', '• b']],
    ['numbers, from 1', { content: '3. a\n7. b' }, ['1. a', '2. b']],
    ['lists in lists, with bullets', { content: '1. a\n  1. b\n2. c' }, ['1. a', '• b', '2. c']],
    ['a list of values', { content: '((list))', personalisation: { list: ['x', 'y'] } }, ['• x', '• y']],
    ['headings', { content: '# H\n\ntext\n\n## small' }, ['H', 'text', 'small']],
    ['addresses without their protocol', { content: 'Go to https://www.gov.uk/a-b now' }, ['Go to www.gov.uk/a-b now']],
    ['links as they were written', { content: '[x](http://y.com)' }, ['[x](http://y.com)']],
    ['insets and code as text', { content: '^ inset\n\n    code' }, ['inset', 'code']],
    ['markup as text', { content: '<b>&amp; ((v))', personalisation: { v: '<i>' } }, ['<b>& <i>']],
    ['hyphens that can be copied', { content: '0300-123 - x' }, ['0300-123 – x']],
    ['numbers as they were sent', { content: '((n))', personalisation: JSON.parse('{"n": 12}') }, ['12']],
    ['nothing', { content: '((n))', personalisation: { n: '' } }, []],
    ['Welsh letters', { content: 'ẀẁẂẃẄẅŴŵỲỳÝýŸÿŶŷ âêîôû' }, ['ẀẁẂẃẄẅŴŵỲỳÝýŸÿŶŷ âêîôû']],
  ];
  it.each(message)('shows %s', async (_what, letter, lines) => {
    const body = bodyOf(await pagesOf({ contactBlock: null, address: [], ...letter }));
    expect(body).toEqual(['7 March 2021', 'Subject', ...lines]);
  });

  it('sets text 16 points apart, paragraphs an empty line, list items with their indents', async () => {
    const [page] = await pagesOf({
      content: `${sentence}\n\n# Heading\n\n* ${sentence}\n\n***\n\n1. ${sentence}\n1. b`,
    });
    const points = (text: string): number => (find(page, text).baseline * 72) / 25.4;
    const wrapped = page!.texts.filter(({ text }) => text.startsWith('sleep') || text.startsWith('to sleep'));
    expect(points('sleep') - points('The quick')).toBeCloseTo(16, 1);
    expect(points('Heading') - points('sleep')).toBeCloseTo(
      16 + baselineOffset(styles.heading) + 16 - baselineOffset(styles.body),
      1,
    );
    expect(wrapped.map(({ left }) => Math.round((left * 72) / 25.4 - 42.5))).toEqual([0, 10]);
  });

  it('makes numbers of two digits and more their room', async () => {
    const content = Array.from({ length: 1200 }, (_, index) => `${index + 1}. ${sentence}`).join('\n');
    const [first] = await pagesOf({ content: content.slice(0, content.indexOf('8. ')) });
    const last = (await pagesOf({ content })).at(-1);
    const wrapped = [first, last].map((page) => page!.texts.find(({ text }) => /^[a-z].*sleep/.test(text))!);
    const indents = wrapped.map(({ left }) => ((left - 15) * 72) / 25.4);
    expect(indents[0]).toBeCloseTo(17.5, 1);
    expect(indents[1]).toBeGreaterThan(31);
    expect(find(last, '1200.').left).toBeGreaterThan(14.9);
  });

  it('draws a QR code of 84 points in the middle of the text', async () => {
    const qrCode = 'qr: https://www.gov.uk/((x))';
    const { pdf } = await renderLetterPdf(
      aLetter({ content: qrCode, personalisation: { x: 'y' }, address: [], contactBlock: null }),
    );
    const ink = await inkOf(pdf, 1, [
      { left: 0, top: 0, right: 210, bottom: 126 },
      { left: 0, top: 282, right: 210, bottom: 297 },
    ]);
    const side = (84 * 25.4) / 72;
    expect(ink!.right - ink!.left).toBeCloseTo(side, 0);
    expect(ink!.bottom - ink!.top).toBeCloseTo(side, 0);
    expect((ink!.left + ink!.right) / 2).toBeCloseTo(15 + 137.5 / 2, 0);
  });

  it('marks values that are not there yet', async () => {
    const letter = aLetter({ subject: '((a))', content: 'Dear ((name??Ann))\n\nqr: ((b))', form: 'preview' });
    const body = bodyOf((await readPdf((await renderLetterPdf(letter)).pdf)).pages);
    expect(body).toEqual(expect.arrayContaining(['((a))', 'Dear ((name??Ann))', '((b))']));
  });
});

describe('characters that the fonts do not have', () => {
  it.each([
    ['深', '□', 1],
    ['a🚀b', 'a□b', 1],
    ['Nguyễn', 'Nguyên', 1],
    // Read back as its two letters.
    ['ﬁ', 'fi', 0],
    ['Ａ', 'A', 0],
    ['a\u00adb\u200dc\ufe0f', 'abc', 0],
    ['Αθήνα Москва', 'Αθήνα Москва', 0],
    ['a\u00a0b', 'a b', 0],
  ])('%s is shown as %s', async (content, shown, unprintable) => {
    const letter = await renderLetterPdf(aLetter({ content, contactBlock: null, address: [] }));
    expect(bodyOf((await readPdf(letter.pdf)).pages).at(-1)).toBe(shown);
    expect(letter.unprintable).toBe(unprintable);
  });
});

describe('a letter in both languages', () => {
  it('is in Welsh first, then in English on pages of its own, each with its date and its numbers', async () => {
    const welsh = { subject: 'Pwnc', content: 'Annwyl ((name))\n\n***\n\ndau' };
    const [first, second, third, ...rest] = await pagesOf({
      welsh,
      content: 'Dear ((name))',
      personalisation: { name: 'Ann' },
    });
    expect(rest).toEqual([]);
    expect(first!.lines).toEqual(
      expect.arrayContaining(['NOTIFY', 'ANN EXAMPLE', '7 Mawrth 2021', 'Pwnc', 'Annwyl Ann', 'Tudalen 1 o 2']),
    );
    expect(second!.lines).toEqual(['dau', 'Tudalen 2 o 2']);
    expect(third!.lines).toEqual(['7 March 2021', 'Subject', 'Dear Ann', 'Page 1 of 1']);
    expect(find(third, '7 March').baseline).toBeCloseTo(15 + firstBaseline, 1);
  });
});
