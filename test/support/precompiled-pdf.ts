/** Makes the PDFs that people send as letters. All places are millimetres from the page's top left corner. */
import { PDFDocument, rgb, StandardFonts, type PDFFont, type PDFPage } from '@cantoo/pdf-lib';

const pointsPerMm = 72 / 25.4;

export function mm(millimetres: number): number {
  return millimetres * pointsPerMm;
}

export interface Pen {
  readonly document: PDFDocument;
  readonly page: PDFPage;
  readonly font: PDFFont;
  /** `top` is the baseline of the first line. */
  readonly text: (
    lines: string | readonly string[],
    left: number,
    top: number,
    options?: { size?: number; white?: boolean },
  ) => void;
  readonly box: (left: number, top: number, right: number, bottom: number, grey?: number) => void;
}

export type DrawPage = (pen: Pen) => void | Promise<void>;

export const a4: readonly [width: number, height: number] = [210, 297];
export const usualAddress = ['Ann Example', '1 Example Street', 'Exampletown', 'SW1A 1AA'];

export async function aPdf(
  pages: readonly DrawPage[],
  {
    size = a4,
    font: fontName = StandardFonts.Helvetica,
  }: { size?: readonly [number, number]; font?: StandardFonts } = {},
): Promise<PDFDocument> {
  const document = await PDFDocument.create({ updateMetadata: false });
  const font = await document.embedFont(fontName);
  for (const draw of pages) {
    const page = document.addPage([mm(size[0]), mm(size[1])]);
    await draw(penOn(document, page, font));
  }
  return document;
}

export function penOn(document: PDFDocument, page: PDFPage, font: PDFFont): Pen {
  const height = page.getHeight();
  return {
    document,
    page,
    font,
    text(lines, left, top, { size = 10, white = false } = {}) {
      [lines].flat().forEach((line, index) =>
        page.drawText(line, {
          x: mm(left),
          y: height - mm(top) - index * size * 1.2,
          size,
          font,
          color: white ? rgb(1, 1, 1) : rgb(0, 0, 0),
        }),
      );
    },
    box(left, top, right, bottom, grey = 0) {
      page.drawRectangle({
        x: mm(left),
        y: height - mm(bottom),
        width: mm(right - left),
        height: mm(bottom - top),
        color: rgb(grey, grey, grey),
      });
    },
  };
}

/** The first page of a letter that is in order. */
export function firstPage({ address = usualAddress } = {}): DrawPage {
  return ({ text }) => {
    text(address, 25, 43, { size: 8 });
    text(['Department for Examples', 'London'], 140, 20);
    text(['Dear reader,', 'this is a letter.'], 20, 110);
  };
}

export const followingPage: DrawPage = ({ text }) => text('The second page.', 20, 20);

/** A letter that is in order, of so many pages. */
export async function aLetterPdf({ pages = 2, address = usualAddress } = {}): Promise<Buffer> {
  const rest = Array.from({ length: pages - 1 }, () => followingPage);
  return bytesOf(await aPdf([firstPage({ address }), ...rest]));
}

export async function bytesOf(document: PDFDocument): Promise<Buffer> {
  return Buffer.from(await document.save());
}
