/** What is printed of a letter that comes as a PDF (letters sheet §8). */
import { deflateSync } from 'node:zlib';
import { createCanvas } from '@napi-rs/canvas';
import {
  decodePDFRawStream,
  PDFDocument,
  PDFName,
  PDFRawStream,
  PDFString,
  type PDFContentStream,
} from '@cantoo/pdf-lib';
import { describe, expect, it } from 'vitest';
import { renderLetterPdf } from '../../../../src/lib/letters/pdf/render-letter-pdf.ts';
import { sanitisePdf } from '../../../../src/lib/letters/sanitise/sanitise-pdf.ts';
import type { SanitisedLetter } from '../../../../src/lib/letters/sanitise/sanitised-letter.ts';
import { aLetter } from '../../../support/letters.ts';
import {
  aLetterPdf,
  aPdf,
  bytesOf,
  firstPage,
  followingPage,
  mm,
  usualAddress,
} from '../../../support/precompiled-pdf.ts';
import { inkOf, readPdf, type PdfPage } from '../../../support/read-pdf.ts';

const options = { allowInternational: true, isAttachment: false };
const picture = 'its first page became a picture';

async function rewrite(pdf: Uint8Array): Promise<SanitisedLetter & { readonly file: Uint8Array }> {
  const checked = await sanitisePdf(pdf, options);
  expect(checked.message).toBeNull();
  return checked as SanitisedLetter & { readonly file: Uint8Array };
}

async function pagesOf(pdf: Uint8Array): Promise<readonly PdfPage[]> {
  return (await readPdf(pdf)).pages;
}

describe('the first page', () => {
  it('has the address anew: at the bottom of the window, in 8 pt', async () => {
    const { file } = await rewrite(await aLetterPdf({ address: ['Ann ,', '1 Example Street', 'sw1a1aa', 'England'] }));
    const [first] = await pagesOf(file);
    expect(first!.lines).toEqual(expect.arrayContaining(['Ann', '1 Example Street', 'SW1A 1AA', 'Dear reader,']));
    const address = first!.texts.filter(({ text }) => ['Ann', '1 Example Street', 'SW1A 1AA'].includes(text));
    expect(address.map(({ left }) => left)).toEqual(address.map(() => expect.closeTo(24.6, 1)));
    expect(address.map(({ size }) => size)).toEqual([8, 8, 8]);
    const baselines = address.map(({ baseline }) => baseline);
    // 8.5 pt apart; the last line's foot is 2 pt above the window's.
    expect(baselines[1]! - baselines[0]!).toBeCloseTo((8.5 * 25.4) / 72, 1);
    expect(baselines[2]).toBeCloseTo(66.3 - (2 * 25.4) / 72 - 0.65, 0);
  });

  it('has nothing else where the address was', async () => {
    const { file } = await rewrite(await aLetterPdf());
    const window = { left: 21.6, top: 36.5, right: 123, bottom: 69.3 };
    const ink = await inkOf(file, 1, [
      { left: 124, top: 0, right: 210, bottom: 297 },
      { left: 0, top: 95, right: 210, bottom: 297 },
    ]);
    expect(ink).toMatchObject({ left: expect.closeTo(24.6, 0), bottom: expect.closeTo(65.6, 0) });
    expect(ink!.top).toBeGreaterThan(50);
    expect(ink!.right).toBeLessThan(window.right);
  });

  it('has nothing of it left in the file either', async () => {
    const { file } = await rewrite(await aLetterPdf());
    const contents = (await contentsOf(file)).toLowerCase();
    expect(contents).toContain(Buffer.from('Dear reader').toString('hex'));
    for (const line of ['Ann', 'Example Street', 'SW1A'])
      expect(contents).not.toContain(Buffer.from(line).toString('hex'));
  });

  it("gets the printer's word, once, in white", async () => {
    const { file } = await rewrite(await aLetterPdf());
    const [first] = await pagesOf(file);
    expect(first!.texts.filter(({ text }) => text === 'NOTIFY')).toMatchObject([
      { left: expect.closeTo(1.8, 1), size: 6 },
    ]);
    expect(await inkOf(file, 1, [{ left: 16, top: 0, right: 210, bottom: 297 }])).toBeNull();
    const again = await pagesOf((await rewrite(file)).file);
    expect(again[0]!.texts.filter(({ text }) => text === 'NOTIFY')).toHaveLength(1);
  });

  it('keeps everything else in its place', async () => {
    const pdf = await aLetterPdf({ pages: 3 });
    const before = await pagesOf(pdf);
    const after = await pagesOf((await rewrite(pdf)).file);
    const others = (page: PdfPage): unknown[] =>
      page.texts
        .filter(({ text }) => text !== 'NOTIFY' && !usualAddress.includes(text))
        .map(({ text, left, baseline, size }) => [text, left.toFixed(2), baseline.toFixed(2), size]);
    expect(after.map(others)).toEqual(before.map(others));
    expect(after.map(({ width, height }) => [width.toFixed(1), height.toFixed(1)])).toEqual(
      Array.from({ length: 3 }, () => ['210.0', '297.0']),
    );
  });

  it('loses the part of a text that is in the window, and keeps the rest of it', async () => {
    const pdf = await aPdf([
      ({ text, font }) => {
        const gap = ' '.repeat(Math.ceil(((130 - 25) * 72) / 25.4 / font.widthOfTextAtSize(' ', 10)) - 5);
        text([`Ann${gap}Department`, 'Street', 'SW1A 1AA'], 25, 50);
      },
    ]);
    const before = (await pagesOf(await bytesOf(pdf)))[0]!.texts.find(({ text }) => text.endsWith('Department'))!;
    const { file, remarks } = await rewrite(await bytesOf(pdf));
    expect(remarks).not.toContain(picture);
    const [after] = await pagesOf(file);
    const kept = after!.texts.find(({ text }) => text.endsWith('Department'))!;
    expect([kept.right, kept.baseline]).toEqual([expect.closeTo(before.right, 1), expect.closeTo(before.baseline, 1)]);
    expect(after!.texts.filter(({ text }) => text.includes('Ann'))).toMatchObject([{ size: 8, text: 'Ann' }]);
  });

  it('loses texts in what it includes, however deep', async () => {
    const inner = await aPdf([firstPage()]);
    const middle = await PDFDocument.create();
    const [embedded] = await middle.embedPdf(await bytesOf(inner));
    middle.addPage([595.28, 841.89]).drawPage(embedded!);
    const outer = await PDFDocument.create();
    const [again] = await outer.embedPdf(await bytesOf(middle));
    outer.addPage([595.28, 841.89]).drawPage(again!);
    const { file, remarks } = await rewrite(await bytesOf(outer));
    expect(remarks).not.toContain(picture);
    const [page] = await pagesOf(file);
    expect(page!.texts.filter(({ text }) => text === 'Ann Example')).toMatchObject([{ size: 8 }]);
    expect(page!.lines).toContain('Dear reader,');
  });

  it('loses texts that stand in for others', async () => {
    const document = await aPdf([firstPage()]);
    const { context } = document;
    const marks = context.register(
      context.flateStream('/Span <</ActualText (hidden secret)>> BDC EMC /P /MC0 BDC EMC'),
    );
    document.getPage(0).node.addContentStream(marks);
    document
      .getPage(0)
      .node.normalizedEntries()
      .Resources.set(PDFName.of('Properties'), context.obj({ MC0: { ActualText: PDFString.of('hidden secret') } }));
    const { file } = await rewrite(await bytesOf(document));
    const contents = await contentsOf(file);
    expect(contents).toContain('/Span BMC');
    expect(contents).not.toContain('secret');
  });

  it('becomes a picture when its texts cannot be taken apart', async () => {
    const document = await aPdf([firstPage(), followingPage]);
    withPredictor(document);
    const pdf = await bytesOf(document);
    const { file, remarks } = await rewrite(pdf);
    expect(remarks).toContain(picture);
    const pages = await pagesOf(file);
    expect(pages[0]!.lines).toEqual(['NOTIFY', ...usualAddress]);
    expect(pages[1]!.lines).toEqual(['The second page.']);
    const body = [{ left: 0, top: 0, right: 210, bottom: 95 }];
    const [before, after] = [await inkOf(pdf, 1, body), await inkOf(file, 1, body)];
    for (const side of ['left', 'top', 'right', 'bottom'] as const)
      expect(after![side]).toBeCloseTo(before![side], -0.3);
  });
});

describe('letters that we made ourselves', () => {
  it('are in order, and keep what they say', async () => {
    const content = 'Dear reader\n\n* one\n* two\n\n***\n\nThe end';
    const { pdf } = await renderLetterPdf(aLetter({ content }));
    const { recipientAddress, file, remarks, pageCount } = await rewrite(pdf);
    expect({ recipientAddress, pageCount }).toEqual({
      recipientAddress: 'ANN EXAMPLE\n1 EXAMPLE STREET\nEXAMPLETOWN\nSW1A 1AA',
      pageCount: 2,
    });
    expect(remarks).not.toContain(picture);
    const [before, after] = [await pagesOf(pdf), await pagesOf(file)];
    expect(after.map(({ lines }) => lines)).toEqual(before.map(({ lines }) => lines));
  });
});

describe('pictures', () => {
  it('stay, of either kind, also behind the address, where they are covered', async () => {
    const canvas = createCanvas(200, 100);
    const context = canvas.getContext('2d');
    context.fillStyle = 'teal';
    context.fillRect(0, 0, 200, 100);
    const document = await aPdf([
      async (pen) => {
        const png = await pen.document.embedPng(await canvas.encode('png'));
        const jpg = await pen.document.embedJpg(await canvas.encode('jpeg'));
        const from = (top: number): number => pen.page.getHeight() - mm(top);
        pen.page.drawImage(png, { x: mm(20), y: from(160), width: mm(60), height: mm(30) });
        pen.page.drawImage(jpg, { x: mm(20), y: from(210), width: mm(60), height: mm(30) });
        pen.page.drawImage(jpg, { x: mm(25), y: from(66), width: mm(90), height: mm(10) });
        await firstPage()(pen);
      },
    ]);
    const { file, remarks } = await rewrite(await bytesOf(document));
    expect(remarks).not.toContain(picture);
    const text = [{ left: 0, top: 0, right: 210, bottom: 125 }];
    expect(await inkOf(file, 1, text)).toEqual({
      left: expect.closeTo(20, 0),
      right: expect.closeTo(80, 0),
      top: expect.closeTo(130, 0),
      bottom: expect.closeTo(210, 0),
    });
    // Only the address is left of what was in the window: no line of it is as wide as the picture.
    const window = await inkOf(file, 1, [
      { left: 0, top: 70, right: 210, bottom: 297 },
      { left: 124, top: 0, right: 210, bottom: 297 },
    ]);
    expect(window!.right).toBeLessThan(60);
  });
});

describe('an attachment', () => {
  it('stays as it is', async () => {
    const document = await aPdf([({ text }) => text('A leaflet', 25, 50), followingPage]);
    const { file, pageCount, recipientAddress } = await sanitisePdf(await bytesOf(document), {
      ...options,
      isAttachment: true,
    });
    expect({ pageCount, recipientAddress }).toEqual({ pageCount: 2, recipientAddress: null });
    expect((await pagesOf(file!)).map(({ lines }) => lines)).toEqual([['A leaflet'], ['The second page.']]);
  });
});

describe('what is no content', () => {
  it('is left behind: scripts, files, forms, links, notes', async () => {
    const document = await aPdf([firstPage()]);
    const { context, catalog } = document;
    const script = { S: 'JavaScript', JS: PDFString.of('app.alert(1)') };
    const launch = { S: 'Launch', F: PDFString.of('cmd.exe') };
    document.addJavaScript('open', 'app.alert(2)');
    await document.attach(Buffer.from('EMBEDDED'), 'virus.exe');
    catalog.set(PDFName.of('OpenAction'), context.obj(script));
    catalog.set(PDFName.of('AA'), context.obj({ WC: script }));
    document.getForm().createTextField('field').addToPage(document.getPage(0), { x: 100, y: 100 });
    const page = document.getPage(0).node;
    page.set(PDFName.of('AA'), context.obj({ O: script }));
    page.set(PDFName.of('PieceInfo'), context.obj({ Program: { Private: PDFString.of('note') } }));
    const link = context.register(context.obj({ Type: 'Annot', Subtype: 'Link', Rect: [0, 0, 9, 9], A: launch }));
    page.normalizedEntries().Annots.push(link);
    document.setTitle('A title');
    const { file } = await rewrite(await bytesOf(document));
    const all = await objectsOf(file);
    for (const word of [
      'JavaScript',
      'Launch',
      'EmbeddedFile',
      'virus',
      'AcroForm',
      'Annot',
      'alert',
      'note',
      'title',
      '/AA',
    ])
      expect(all).not.toContain(word);
  });

  it('stays when it is seen: what a form was filled in with', async () => {
    const document = await aPdf([firstPage()]);
    const field = document.getForm().createTextField('name');
    field.setText('Filled in');
    field.addToPage(document.getPage(0), { x: 100, y: 300, borderWidth: 0 });
    const [page] = await pagesOf((await rewrite(await bytesOf(document))).file);
    expect(page!.lines).toContain('Filled in');
  });

  it('does not let what it shows slip past the checks', async () => {
    const document = await aPdf([firstPage()]);
    const field = document.getForm().createTextField('name');
    field.setText('Outside');
    field.addToPage(document.getPage(0), { x: 0, y: 0 });
    expect(await sanitisePdf(await bytesOf(document), options)).toMatchObject({
      message: 'content-outside-printable-area',
    });
  });
});

/** Has the first page's content be stored with a predictor, which the product does not take apart. */
function withPredictor(document: PDFDocument): void {
  const { context } = document;
  const { node } = document.getPage(0);
  const columns = 64;
  const content = node
    .normalizedEntries()
    .Contents!.asArray()
    .map((each) => {
      const stream = context.lookup(each);
      return stream instanceof PDFRawStream
        ? Buffer.from(decodePDFRawStream(stream).decode())
        : Buffer.from((stream as PDFContentStream).getUnencodedContents());
    });
  const bytes = Buffer.concat(content.flatMap((part) => [part, Buffer.from('\n')]));
  const rows = Array.from({ length: Math.ceil(bytes.length / columns) }, (_, row) =>
    Buffer.concat([
      Buffer.of(0),
      bytes.subarray(row * columns, (row + 1) * columns),
      Buffer.alloc(columns, 32),
    ]).subarray(0, columns + 1),
  );
  const stream = context.stream(deflateSync(Buffer.concat(rows)), {
    Filter: 'FlateDecode',
    DecodeParms: { Predictor: 15, Columns: columns },
  });
  node.set(PDFName.of('Contents'), context.register(stream));
}

async function contentsOf(pdf: Uint8Array): Promise<string> {
  const document = await PDFDocument.load(pdf);
  return document.context
    .enumerateIndirectObjects()
    .map(([, object]) => {
      if (!(object instanceof PDFRawStream)) return '';
      try {
        return Buffer.from(decodePDFRawStream(object).decode()).toString('latin1');
      } catch {
        return '';
      }
    })
    .join('\n');
}

async function objectsOf(pdf: Uint8Array): Promise<string> {
  const document = await PDFDocument.load(pdf, { updateMetadata: false });
  return document.context
    .enumerateIndirectObjects()
    .map(([, object]) => (object instanceof PDFRawStream ? object.dict : object).toString())
    .join('\n')
    .concat(document.catalog.toString());
}
