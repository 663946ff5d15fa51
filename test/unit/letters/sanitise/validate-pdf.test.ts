/** The checks of letters that come as PDFs, one by one (letters sheet §8). */
import { degrees, PDFName, type PDFDocument } from '@cantoo/pdf-lib';
import { describe, expect, it } from 'vitest';
import { sanitisePdf } from '../../../../src/lib/letters/sanitise/sanitise-pdf.ts';
import type { SanitisedLetter } from '../../../../src/lib/letters/sanitise/sanitised-letter.ts';
import {
  aLetterPdf,
  aPdf,
  bytesOf,
  firstPage,
  followingPage,
  mm,
  type DrawPage,
} from '../../../support/precompiled-pdf.ts';

const home = { allowInternational: false, isAttachment: false };
const abroad = { ...home, allowInternational: true };

async function check(document: PDFDocument, options = home): Promise<SanitisedLetter> {
  return sanitisePdf(await bytesOf(document), options);
}

/** A letter with more on its first page, or on its second. */
function withMark(mark: DrawPage, { page = 1 } = {}): Promise<PDFDocument> {
  const drawn: DrawPage[] = [firstPage(), followingPage];
  const usual = drawn[page - 1]!;
  drawn[page - 1] = async (pen) => {
    await usual(pen);
    await mark(pen);
  };
  return aPdf(drawn);
}

const square =
  (left: number, top: number, side = 10 / mm(1)): DrawPage =>
  (pen) =>
    pen.box(left, top, left + side, top + side);

describe('a letter that is in order', () => {
  it('is read, and told with its pages and its address', async () => {
    expect(await sanitisePdf(await aLetterPdf({ pages: 3 }), home)).toMatchObject({
      pageCount: 3,
      message: null,
      invalidPages: null,
      recipientAddress: 'Ann Example\n1 Example Street\nExampletown\nSW1A 1AA',
      file: expect.any(Uint8Array),
    });
  });

  it('may have 10 pages, and not 11', async () => {
    expect(await sanitisePdf(await aLetterPdf({ pages: 10 }), home)).toMatchObject({ pageCount: 10, message: null });
    expect(await sanitisePdf(await aLetterPdf({ pages: 11 }), home)).toMatchObject({
      pageCount: 11,
      message: 'letter-too-long',
      invalidPages: null,
      file: null,
    });
  });

  it('always gives the same bytes', async () => {
    const pdf = await aLetterPdf();
    const [one, other] = [await sanitisePdf(pdf, home), await sanitisePdf(pdf, home)];
    expect(Buffer.from(one.file!).equals(Buffer.from(other.file!))).toBe(true);
  });
});

describe('what is no PDF', () => {
  const rows: [what: string, bytes: Buffer, message: string][] = [
    ['nothing', Buffer.alloc(0), 'no-encoded-string'],
    ['a text', Buffer.from('not a PDF'), 'unable-to-read-the-file'],
    ['a header alone', Buffer.from('%PDF-1.7\n'), 'unable-to-read-the-file'],
    ['a picture', Buffer.from('89504e470d0a1a0a', 'hex'), 'unable-to-read-the-file'],
  ];
  it.each(rows)('%s', async (_, bytes, message) => {
    expect(await sanitisePdf(bytes, home)).toMatchObject({ pageCount: null, message, invalidPages: null, file: null });
  });
});

describe('the size of pages', () => {
  const a4 = 'letter-not-a4-portrait-oriented';
  const rows: [width: number, height: number, turned: number, message: string | null][] = [
    [210, 297, 0, null],
    [211.9, 298.9, 0, null],
    [208.1, 295.1, 0, null],
    [212.1, 297, 0, a4],
    [210, 299.1, 0, a4],
    [207.9, 297, 0, a4],
    [297, 210, 0, a4],
    [210, 297, 180, null],
    [297, 210, 90, null],
    [297, 210, 270, null],
    [297, 210, -90, null],
    [210, 297, 90, a4],
    [297, 210, 180, a4],
    [216, 279, 0, a4],
    [1_000_000, 1_000_000, 0, a4],
    [0, 0, 0, a4],
  ];
  it.each(rows)('%s × %s mm, turned by %s°', async (width, height, turned, message) => {
    // An attachment: where things are on a page is another matter.
    const document = await aPdf([({ page }) => page.setRotation(degrees(turned))], { size: [width, height] });
    expect(await check(document, { ...home, isAttachment: true })).toMatchObject({
      message,
      invalidPages: message === null ? null : [1],
    });
  });

  it('counts for each page, and comes before what is on them', async () => {
    const document = await aPdf([firstPage(), square(0, 0), followingPage, square(0, 0)]);
    for (const index of [1, 3]) document.getPage(index).setSize(500, 500);
    expect(await check(document)).toMatchObject({ message: a4, invalidPages: [2, 4], pageCount: 4 });
  });

  it('is that of the medium, wherever it begins, and whatever is cropped', async () => {
    const document = await aPdf([firstPage()]);
    const page = document.getPage(0);
    page.node.set(PDFName.of('MediaBox'), document.context.obj([mm(200), mm(300), mm(-10), mm(3)]));
    page.node.set(PDFName.of('CropBox'), document.context.obj([0, 0, 50, 50]));
    page.translateContent(mm(-10), mm(3));
    expect(await check(document)).toMatchObject({ message: null });
  });
});

describe('a letter that is turned', () => {
  it.each([90, 180, 270])('by %s° is read as it is seen', async (turned) => {
    const document = await aPdf([firstPage()]);
    const page = document.getPage(0);
    const [width, height] = [mm(210), mm(297)];
    if (turned !== 180) page.setSize(height, width);
    page.setRotation(degrees(turned));
    const turns: Record<number, string> = {
      90: `0 1 -1 0 ${height} 0 cm`,
      180: `-1 0 0 -1 ${width} ${height} cm`,
      270: `0 -1 1 0 0 ${width} cm`,
    };
    const { context } = document;
    page.node.wrapContentStreams(
      context.register(context.flateStream(turns[turned]!)),
      context.register(context.flateStream(' ')),
    );
    const checked = await check(document);
    expect(checked).toMatchObject({
      message: null,
      recipientAddress: expect.stringMatching(/^Ann Example\n1 Example/),
    });
  });
});

describe('where a page may have content', () => {
  const outside = 'content-outside-printable-area';
  const rows: [what: string, page: number, mark: DrawPage, allowed: boolean][] = [
    ['a 10 pt square in the bottom left corner', 1, square(0, 297 - 10 / mm(1)), false],
    ['the same on the second page', 2, square(0, 297 - 10 / mm(1)), false],
    ['a mark under the address', 1, square(24.6, 297 - 207, 2), false],
    ['the same on the second page', 2, square(24.6, 297 - 207, 2), true],
    ['a mark between address and contact block', 1, (pen) => pen.box(121.5, 50, 123.5, 60), false],
    ['a white one there', 1, (pen) => pen.box(121.5, 50, 123.5, 60, 1), true],
    ['the lightest grey there', 1, (pen) => pen.box(121.5, 50, 123.5, 60, 254 / 255), false],
    ['the body', 1, (pen) => pen.box(15, 95, 195, 292), true],
    ['the body and the tolerance', 1, (pen) => pen.box(14.2, 94.2, 195.8, 292.8), true],
    ['left of it', 1, (pen) => pen.box(13, 150, 20, 160), false],
    ['right of it', 1, (pen) => pen.box(190, 150, 197, 160), false],
    ['below it', 1, (pen) => pen.box(20, 280, 30, 294), false],
    ['the contact block', 1, (pen) => pen.box(125, 5, 195, 95), true],
    ['the logo', 1, (pen) => pen.box(15, 5, 125, 30), true],
    ['below the logo', 1, (pen) => pen.box(15, 25, 30, 32), false],
    ['all of the second page', 2, (pen) => pen.box(15, 5, 195, 292), true],
    ['the top of the second page', 2, (pen) => pen.box(20, 2, 30, 10), false],
  ];
  it.each(rows)('%s (page %s)', async (_, page, mark, allowed) => {
    expect(await check(await withMark(mark, { page }))).toMatchObject(
      allowed ? { message: null } : { message: outside, invalidPages: [page], pageCount: 2, file: null },
    );
  });

  it('names every page that has', async () => {
    const document = await aPdf([square(0, 0), followingPage, square(0, 0)]);
    expect(await check(document)).toMatchObject({ message: outside, invalidPages: [1, 3] });
  });

  it('is for attachments what it is for following pages', async () => {
    const attachment = { ...home, isAttachment: true };
    expect(await check(await aPdf([square(24.6, 90, 2)]), attachment)).toMatchObject({ message: null });
    expect(await check(await aPdf([square(0, 90, 2)]), attachment)).toMatchObject({
      message: outside,
      invalidPages: [1],
    });
  });
});

describe("the printer's word", () => {
  const tag: DrawPage = ({ text }) => text('NOTIFY', 1.8, 4, { size: 6, white: true });
  const found = 'notify-tag-found-in-content';

  it('may be on the first page only', async () => {
    expect(await check(await withMark(tag))).toMatchObject({ message: null });
    expect(await check(await withMark(tag, { page: 2 }))).toMatchObject({ message: found, invalidPages: [2] });
  });

  it('is no matter with something else beside it, or elsewhere', async () => {
    const more: DrawPage = ({ text }) => text('NOTIFYING', 1.8, 4, { size: 6, white: true });
    const elsewhere: DrawPage = ({ text }) => text('NOTIFY', 30, 50);
    for (const mark of [more, elsewhere])
      expect(await check(await withMark(mark, { page: 2 }))).toMatchObject({ message: null });
  });

  it('may be on no page of an attachment', async () => {
    const attachment = { ...home, isAttachment: true };
    expect(await check(await aPdf([tag]), attachment)).toMatchObject({ message: found, invalidPages: [1] });
  });
});

describe('the address', () => {
  const lines = (count: number): string[] => [
    ...Array.from({ length: count - 1 }, (_, line) => `Line ${line + 1}`),
    'SW1A 1AA',
  ];
  const rows: [address: string[], international: boolean, message: string | null][] = [
    [[], false, 'address-is-empty'],
    [['Ann', 'SW1A 1AA'], false, 'not-enough-address-lines'],
    [lines(3), false, null],
    [lines(7), false, null],
    [lines(8), false, 'too-many-address-lines'],
    [['Ann', '...', 'SW1A 1AA'], false, 'invalid-address-line-1-or-2'],
    [['Cpl A', 'Unit', 'BFPO 1234', 'France'], true, 'has-country-for-bfpo-address'],
    [['Cpl A', 'Unit', 'BFPO 1234'], false, null],
    [['Ann', 'Street', 'Nowhere'], true, 'not-a-real-uk-postcode-or-country'],
    [['Ann', 'Street', 'France'], true, null],
    [['Ann', 'Street', 'France'], false, 'cant-send-international-letters'],
    [['Ann', 'Street', 'Nowhere'], false, 'not-a-real-uk-postcode'],
    [['(Ann', 'Street', 'SW1A 1AA'], false, 'invalid-char-in-address'],
    [['Ann', 'No fixed abode', 'SW1A 1AA'], false, 'no-fixed-abode-address'],
    // The first problem counts.
    [['(', 'Nowhere'], false, 'not-enough-address-lines'],
    [['(', 'B', 'Nowhere'], false, 'invalid-address-line-1-or-2'],
    [['(Ann', 'NFA', 'Nowhere'], false, 'not-a-real-uk-postcode'],
    [['(Ann', 'NFA', 'SW1A 1AA'], false, 'invalid-char-in-address'],
  ];
  it.each(rows)('%j, abroad %s', async (address, international, message) => {
    const checked = await check(await aPdf([firstPage({ address })]), international ? abroad : home);
    expect(checked).toMatchObject({ message, invalidPages: message === null ? null : [1], pageCount: 1 });
    if (message !== null) expect(checked.recipientAddress).toBe(address.join('\n') || null);
  });

  it('is read in the order in which it stands, whatever was drawn first', async () => {
    const document = await aPdf([
      ({ text }) => {
        text('SW1A 1AA', 25, 60);
        text('Street', 33, 52);
        text('1', 29, 52);
        text('Ann', 25, 45);
        text('Example', 60, 45.2);
      },
    ]);
    expect(await check(document)).toMatchObject({ message: null, recipientAddress: 'Ann Example\n1 Street\nSW1A 1AA' });
  });

  it('has what touches the window, and nothing else', async () => {
    const within = await aPdf([
      ({ text }) => {
        text(['Ann', 'Street', 'SW1A 1AA'], 25, 50);
        text('above', 25, 29);
        text('below', 25, 100);
        text('contact', 130, 50);
      },
    ]);
    expect(await check(within)).toMatchObject({ recipientAddress: 'Ann\nStreet\nSW1A 1AA' });
  });

  it('is printed as addresses are, and checked so', async () => {
    const address = ['Ann ,', 'Street', 'sw1a1aa', 'England'];
    expect(await check(await aPdf([firstPage({ address })]))).toMatchObject({
      recipientAddress: 'Ann\nStreet\nSW1A 1AA',
    });
    expect(await check(await aPdf([firstPage({ address: ['Ann', 'Weg', 'deutschland'] })]), abroad)).toMatchObject({
      recipientAddress: 'Ann\nWeg\nGermany',
    });
  });
});
