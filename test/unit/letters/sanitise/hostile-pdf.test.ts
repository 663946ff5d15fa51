/** PDFs that are made to do harm: each ends within its limits, and the process goes on. */
import { deflateSync } from 'node:zlib';
import { PDFDocument, PDFName, PDFNumber } from '@cantoo/pdf-lib';
import PdfkitDocument from 'pdfkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLetterSanitiser, type LetterSanitiser } from '../../../../src/lib/letters/sanitise/letter-sanitiser.ts';
import type { SanitisedLetter } from '../../../../src/lib/letters/sanitise/sanitised-letter.ts';
import { aLetterPdf, aPdf, bytesOf, firstPage, mm } from '../../../support/precompiled-pdf.ts';

const options = { allowInternational: false, isAttachment: false };
const mostMemoryMb = 128;
// Well above: memory is looked at ten times a second.
const bombBytes = 2.5 * mostMemoryMb * 1024 * 1024;
const unreadable = { message: 'unable-to-read-the-file', pageCount: null, file: null };
const tooMuch = { ...unreadable, remarks: [`it took more than ${mostMemoryMb} MiB`] };

let sanitiser: LetterSanitiser;
let bomb: Buffer;

beforeAll(() => {
  sanitiser = createLetterSanitiser({ mostMemoryMb, timeLimitMs: 20_000 });
  // The quickest level packs blanks well enough.
  bomb = deflateSync(Buffer.alloc(bombBytes, 32), { level: 1 });
});
afterAll(() => sanitiser.close());

/** What became of a file, while this thread went on and memory stayed within limits. */
async function check(pdf: Uint8Array, checker = sanitiser): Promise<SanitisedLetter> {
  let turns = 0;
  const before = process.memoryUsage.rss();
  const timer = setInterval(() => (turns += 1), 5);
  const started = performance.now();
  try {
    return await checker.sanitise(pdf, options);
  } finally {
    clearInterval(timer);
    // A thread of its own leaves this one free: at least a turn in 100 ms on a busy machine.
    expect(turns).toBeGreaterThan((performance.now() - started) / 100 - 5);
    expect(process.memoryUsage.rss() - before).toBeLessThan(8 * mostMemoryMb * 1024 * 1024);
  }
}

/** A letter whose first page has a content of its own. */
async function withContent(bytes: Uint8Array, dict: Record<string, string | number | string[]>): Promise<Buffer> {
  const document = await aPdf([firstPage()]);
  const { context } = document;
  document.getPage(0).node.set(PDFName.of('Contents'), context.register(context.stream(bytes, dict)));
  return bytesOf(document);
}

/** A PDF written by hand: its objects from number 1, of which the first is the catalogue. */
function rawPdf(...objects: string[]): Buffer {
  const body = objects.map((object, index) => `${index + 1} 0 obj\n${object}\nendobj\n`).join('');
  return Buffer.from(`%PDF-1.4\n${body}trailer << /Root 1 0 R /Size ${objects.length + 1} >>\n%%EOF\n`, 'latin1');
}

function onePage(page: string, ...more: string[]): Buffer {
  return rawPdf('<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [3 0 R] /Count 1 >>', page, ...more);
}

describe('bombs', () => {
  it('content that unpacks to more than the memory', async () => {
    const packed = deflateSync(bomb);
    expect(packed.length).toBeLessThan(20_000);
    const pdf = await withContent(packed, { Filter: ['FlateDecode', 'FlateDecode'] });
    expect(await check(pdf)).toMatchObject(tooMuch);
  }, 60_000);

  it('objects that unpack to more than the memory', async () => {
    const head = Buffer.from(
      `%PDF-1.7\n1 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length ${bomb.length} >>\nstream\n`,
    );
    const pdf = Buffer.concat([head, bomb, Buffer.from('\nendstream\nendobj\ntrailer << /Root 2 0 R >>\n%%EOF')]);
    expect(await check(pdf)).toMatchObject(tooMuch);
  }, 60_000);

  it('a picture of a billion points', async () => {
    const document = await aPdf([firstPage()]);
    const { context } = document;
    const image = context.flateStream(Buffer.alloc(1000), {
      Type: 'XObject',
      Subtype: 'Image',
      Width: 40_000,
      Height: 40_000,
      ColorSpace: 'DeviceRGB',
      BitsPerComponent: 8,
    });
    const page = document.getPage(0);
    page.node.setXObject(PDFName.of('Huge'), context.register(image));
    page.node.addContentStream(context.register(context.flateStream('q 100 0 0 100 100 300 cm /Huge Do Q')));
    expect(await check(await bytesOf(document))).toMatchObject(unreadable);
  });

  it('a picture that cannot be read, and what comes after it', async () => {
    const document = await aPdf([firstPage()]);
    const { context } = document;
    const dict = {
      Type: 'XObject',
      Subtype: 'Image',
      Width: 9,
      Height: 9,
      ColorSpace: 'DeviceRGB',
      BitsPerComponent: 8,
    };
    const image = context.stream(Buffer.from('no JPEG'), { ...dict, Filter: 'DCTDecode' });
    const page = document.getPage(0);
    page.node.setXObject(PDFName.of('Odd'), context.register(image));
    page.node.addContentStream(
      context.register(context.flateStream('q 100 0 0 100 100 300 cm /Odd Do Q 0 0 50 50 re f')),
    );
    expect(await check(await bytesOf(document))).toMatchObject(unreadable);
  });

  it('contents that include each other a billion times', async () => {
    const document = await aPdf([firstPage()]);
    const { context } = document;
    let inner = context.register(
      context.flateStream('0 0 1 1 re f', { Type: 'XObject', Subtype: 'Form', BBox: [0, 0, 9, 9] }),
    );
    for (let level = 0; level < 9; level += 1) {
      const form = { Type: 'XObject', Subtype: 'Form', BBox: [0, 0, 9, 9], Resources: { XObject: { X: inner } } };
      inner = context.register(context.flateStream('/X Do '.repeat(10), form));
    }
    const page = document.getPage(0);
    page.node.setXObject(PDFName.of('X'), inner);
    page.node.addContentStream(context.register(context.flateStream('/X Do')));
    const short = createLetterSanitiser({ mostMemoryMb, timeLimitMs: 1000 });
    try {
      const pdf = await bytesOf(document);
      expect(await check(pdf, short)).toMatchObject({ ...unreadable, remarks: ['it took longer than 1 s'] });
      // The thread was given up; the next letter gets another one.
      expect(await short.sanitise(await aLetterPdf(), options).then(({ message }) => message)).toBeDefined();
    } finally {
      await short.close();
    }
  }, 30_000);

  it('5,000 pages', async () => {
    const document = await PDFDocument.create();
    for (let page = 0; page < 5000; page += 1) document.addPage([mm(210), mm(297)]);
    expect(await check(await bytesOf(document))).toMatchObject({ message: 'letter-too-long', pageCount: 5000 });
  }, 30_000);

  it('arrays in arrays, a hundred thousand deep', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    expect(await check(onePage(`<< /Type /Page /Parent 2 0 R /MediaBox ${deep} >>`))).toMatchObject(unreadable);
    const content = await withContent(Buffer.from(`${deep} TJ`), {});
    expect((await check(content)).file).toBeNull();
  });
});

describe('loops', () => {
  const a4 = '/MediaBox [0 0 595 842]';
  const rows: [what: string, pdf: Buffer][] = [
    [
      'pages that are their own kids',
      rawPdf('<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [2 0 R] /Count 1 >>'),
    ],
    ['a page that is its own parent', onePage('<< /Type /Page /Parent 3 0 R >>')],
    ['a reference to itself', rawPdf('<< /Type /Catalog /Pages 2 0 R >>', '2 0 R')],
    ['a size that is a reference to itself', onePage('<< /Type /Page /Parent 2 0 R /MediaBox 4 0 R >>', '4 0 R')],
    [
      'content that includes itself',
      onePage(
        `<< /Type /Page /Parent 2 0 R ${a4} /Contents 4 0 R /Resources << /XObject << /X 5 0 R >> >> >>`,
        '<< /Length 5 >>\nstream\n/X Do\nendstream',
        '<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 5 0 R >> >> /Length 5 >>\nstream\n/X Do\nendstream',
      ),
    ],
    [
      'a length that is its own stream',
      onePage(`<< /Type /Page /Parent 2 0 R ${a4} /Contents 4 0 R >>`, '<< /Length 4 0 R >>\nstream\nq Q\nendstream'),
    ],
  ];
  it.each(rows)(
    '%s',
    async (_, pdf) => {
      expect(await check(pdf)).toMatchObject({ file: null, message: expect.any(String) });
    },
    30_000,
  );
});

describe('broken files', () => {
  const sizes: [box: string, message: string][] = [
    ['[NaN NaN NaN NaN]', 'unable-to-read-the-file'],
    ['[0 0 1e400 1e400]', 'unable-to-read-the-file'],
    ['[0 0 99999999999999999999 842]', 'letter-not-a4-portrait-oriented'],
    ['[0 0]', 'unable-to-read-the-file'],
    ['(text)', 'unable-to-read-the-file'],
    ['[595 842 0 0]', 'address-is-empty'],
  ];
  it.each(sizes)('a page of the size %s', async (box, message) => {
    expect(await check(onePage(`<< /Type /Page /Parent 2 0 R /MediaBox ${box} >>`))).toMatchObject({ message });
  });

  it('a file that ends early', async () => {
    const pdf = await aLetterPdf();
    for (const part of [0.9, 0.5, 0.1]) {
      const { message, file } = await check(pdf.subarray(0, pdf.length * part));
      expect(message === null).toBe(file !== null);
    }
  });

  it('a file whose table of objects is wrong', async () => {
    const document = await aPdf([firstPage()]);
    const text = Buffer.from(await document.save({ useObjectStreams: false })).toString('latin1');
    const broken = text.replace(/startxref\n\d+/, 'startxref\n999999').replace(/\d{10} 00000 n/g, '0000000000 00000 n');
    expect(broken).not.toBe(text);
    expect(await check(Buffer.from(broken, 'latin1'))).toMatchObject({ message: null });
  });

  it('fonts that are not there', async () => {
    const document = await aPdf([firstPage()]);
    const { context } = document;
    const fonts = document.getPage(0).node.normalizedEntries().Font;
    for (const [, ref] of fonts.entries()) {
      const font = context.obj({
        Type: 'Font',
        Subtype: 'TrueType',
        BaseFont: 'NoSuchFont',
        Encoding: 'WinAnsiEncoding',
      });
      fonts.keys().forEach((name) => fonts.set(name, context.register(font)));
      expect(ref).toBeDefined();
    }
    expect(await check(await bytesOf(document))).toMatchObject({
      message: null,
      recipientAddress: 'Ann Example\n1 Example Street\nExampletown\nSW1A 1AA',
    });
  });

  it('texts without a font', async () => {
    const document = await aPdf([firstPage()]);
    document.getPage(0).node.normalizedEntries().Resources.delete(PDFName.of('Font'));
    expect((await check(await bytesOf(document))).file).toBeNull();
  });

  it('odd numbers in the content', async () => {
    const document = await aPdf([firstPage()]);
    const { context } = document;
    const odd = '1e999 0 0 --5 1.2.3 0 cm BT NaN Tc /None 1 Tf (x) Tj ET ] >> ) Q Q Q Q';
    document.getPage(0).node.addContentStream(context.register(context.flateStream(odd)));
    expect(await check(await bytesOf(document))).toMatchObject({ message: expect.anything() });
  });

  it('a count of pages that is not true', async () => {
    const document = await aPdf([firstPage()]);
    document.catalog.Pages().set(PDFName.of('Count'), PDFNumber.of(1_000_000_000));
    const { message, pageCount } = await check(Buffer.from(await document.save()));
    expect([message, pageCount]).toEqual([null, 1]);
  });

  it('random bytes within a letter', async () => {
    const pdf = await aLetterPdf();
    let seed = 7;
    const random = (): number => (seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff) / 0x80000000;
    for (let round = 0; round < 15; round += 1) {
      const damaged = Buffer.from(pdf);
      for (let change = 0; change < 20; change += 1)
        damaged[Math.floor(random() * pdf.length)] = Math.floor(random() * 256);
      const { message, file } = await check(damaged);
      expect(message === null).toBe(file !== null);
    }
  }, 60_000);
});

describe('locked files', () => {
  for (const userPassword of ['secret', '']) {
    it(userPassword === '' ? 'for changes' : 'for readers', async () => {
      const document = new PdfkitDocument({ size: 'A4', userPassword, ownerPassword: 'owner' });
      const chunks: Buffer[] = [];
      document.on('data', (chunk: Buffer) => chunks.push(chunk));
      const ended = new Promise((resolve) => document.on('end', resolve));
      document.text('Hello', 80, 120);
      document.end();
      await ended;
      expect(await check(Buffer.concat(chunks))).toMatchObject(unreadable);
    });
  }
});

describe('the sanitiser', () => {
  it('refuses nothing once it is closed, but fails, to be asked again', async () => {
    const closed = createLetterSanitiser();
    await closed.close();
    await expect(closed.sanitise(await aLetterPdf(), options)).rejects.toMatchObject({ code: 'LETTER_NOT_MADE' });
  });

  it('serves the process meanwhile', async () => {
    const results = await Promise.all(Array.from({ length: 3 }, async () => check(await aLetterPdf({ pages: 5 }))));
    expect(results.map(({ message }) => message)).toEqual([null, null, null]);
  });
});
