import PDFDocument from 'pdfkit';
import { qrCodePath } from '../../templates/draw-qr-code.ts';
import type { ComposedLetter } from './compose-letter.ts';
import { baselineOffset, fonts } from './letter-fonts.ts';
import * as sheet from './letter-sheet.ts';
import type { TypeStyle } from './letter-sheet.ts';
import type { LetterForm } from './letter-source.ts';
import type { LogoImage } from './logo-image.ts';
import type { Mark } from './paginate.ts';
import { noBreakSpace } from './printable-text.ts';
import { widthOf, type Line } from './text-lines.ts';

type Document = InstanceType<typeof PDFDocument>;
type Colour = [number, number, number] | [number, number, number, number];

/** Printers get black as black ink alone, not as a mixture of all. */
const inks: Readonly<Record<LetterForm, { black: Colour; white: Colour; shade: Colour }>> = {
  print: { black: [0, 0, 0, 100], white: [0, 0, 0, 0], shade: [0, 0, 0, 15] },
  preview: { black: [0, 0, 0], white: [255, 255, 255], shade: [255, 221, 0] },
};

const locales = { english: 'en-GB', welsh: 'cy' };

/** Draws a letter as a PDF. The same letter always gives the same bytes. */
export async function drawLetter(
  letter: ComposedLetter,
  { createdAt, logo, form }: { createdAt: Date; logo: LogoImage | null; form: LetterForm },
): Promise<Uint8Array> {
  const document = new PDFDocument({
    size: [sheet.page.width, sheet.page.height],
    margin: 0,
    autoFirstPage: false,
    font: '',
    pdfVersion: '1.7',
    lang: locales[letter.language],
    displayTitle: true,
    info: { Title: letter.title, Creator: 'notify', Producer: 'notify', CreationDate: createdAt },
  });
  const chunks: Buffer[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    document.on('data', (chunk: Buffer) => chunks.push(chunk));
    document.on('end', resolve);
    document.on('error', reject);
  });
  drawPages(document, letter, { logo, form });
  document.end();
  await ended;
  return Buffer.concat(chunks);
}

function drawPages(
  document: Document,
  letter: ComposedLetter,
  { logo, form }: { logo: LogoImage | null; form: LetterForm },
): void {
  const pen = createPen(document, form);
  letter.pages.forEach(({ marks, footer }, index) => {
    document.addPage();
    pen.ink('black');
    if (index === 0) {
      if (logo !== null) drawLogo(document, logo);
      drawAddress(document, pen, letter.address);
      drawContactBlock(pen, letter.contactBlock);
    }
    for (const mark of marks) drawMark(document, pen, mark);
    drawFooter(pen, footer);
    if (index === 0 && form === 'print') drawTag(pen);
  });
}

interface Pen {
  ink(colour: 'black' | 'white'): void;
  line(line: Line, x: number, baseline: number, style: TypeStyle): void;
  text(text: string, x: number, baseline: number, style: TypeStyle): void;
}

function createPen(document: Document, form: LetterForm): Pen {
  // pdfkit takes an open font, which its types do not know.
  document.registerFont('regular', fonts.regular as unknown as Buffer);
  document.registerFont('bold', fonts.bold as unknown as Buffer);
  const colours = inks[form];

  const write = (text: string, x: number, baseline: number, style: TypeStyle, bold: boolean): void => {
    document.font(bold ? 'bold' : 'regular').fontSize(style.size);
    narrowSpaces(document, style);
    document.text(text.replaceAll(noBreakSpace, ' '), x, baseline, {
      lineBreak: false,
      baseline: 'alphabetic',
      characterSpacing: style.letterSpacing,
    });
  };
  return {
    ink: (colour) => document.fillColor(colours[colour]),
    text: (text, x, baseline, style) => write(text, x, baseline, style, style.bold),
    line(line, x, baseline, style) {
      for (const piece of line) {
        if (piece.unfilled) {
          const top = baseline - baselineOffset(style);
          document
            .rect(x + piece.x, top, piece.width, style.leading)
            .fill(colours.shade)
            .fillColor(colours.black);
        }
        write(piece.text, x + piece.x, baseline, style, piece.bold);
      }
    },
  };
}

interface Glyph {
  readonly xAdvance: number;
}

interface DrawingFont {
  encode(text: string, features?: unknown): [codes: string[], positions: Glyph[]];
  spaceChange?: number;
}

/**
 * Sets by how much spaces differ from the font's. pdfkit's own word spacing moves words and leaves the spaces out, so that
 * copied text would have none.
 */
function narrowSpaces(document: Document, { size, wordSpacing }: TypeStyle): void {
  const { _font: font } = document as unknown as { _font: DrawingFont };
  if (font.spaceChange === undefined) {
    const encode = font.encode.bind(font);
    font.encode = (text, features) => {
      const [codes, positions] = encode(text, features);
      const change = font.spaceChange!;
      if (change === 0) return [codes, positions];
      const space = encode(' ')[0][0];
      const isSpace = codes.map((code) => code === space);
      return [codes, positions.map((at, index) => (isSpace[index]! ? { ...at, xAdvance: at.xAdvance + change } : at))];
    };
  }
  font.spaceChange = (wordSpacing / size) * 1000;
}

/** As large as its box takes, at its top left corner. */
function drawLogo(document: Document, { width, height, colourSpace, samples }: LogoImage): void {
  const image = document.ref({
    Type: 'XObject',
    Subtype: 'Image',
    Width: width,
    Height: height,
    ColorSpace: colourSpace,
    BitsPerComponent: 8,
    Filter: 'FlateDecode',
  });
  image.end(Buffer.from(samples));
  const name = 'Logo';
  (document.page as unknown as PageWithObjects).xobjects[name] = image;
  const scale = Math.min(sheet.logo.width / width, sheet.logo.height / height);
  // An image is drawn upwards into a square of one by one.
  document.save().transform(width * scale, 0, 0, -height * scale, sheet.logo.left, sheet.logo.top + height * scale);
  document.addContent(`/${name} Do`);
  document.restore();
}

/** What a page of pdfkit includes, which its types do not know. */
interface PageWithObjects {
  readonly xobjects: Record<string, unknown>;
}

function drawAddress(document: Document, pen: Pen, lines: readonly string[]): void {
  const { left, bottom, width } = sheet.addressWindow;
  const { address: style } = sheet.styles;
  const height = lines.length * style.leading;
  document
    .save()
    .rect(left, bottom - height, width, height)
    .clip();
  drawLines(lines, bottom - height, style, (text, baseline) => pen.text(text, left, baseline, style));
  document.restore();
  pen.ink('black');
}

function drawContactBlock(pen: Pen, lines: readonly Line[]): void {
  const { left, bottom } = sheet.contactBlock;
  const { contactBlock: style } = sheet.styles;
  drawLines(lines, bottom - lines.length * style.leading, style, (line, baseline) =>
    pen.line(line, left, baseline, style),
  );
}

function drawLines<Text>(
  lines: readonly Text[],
  top: number,
  style: TypeStyle,
  draw: (line: Text, baseline: number) => void,
): void {
  lines.forEach((line, index) => draw(line, top + index * style.leading + baselineOffset(style)));
}

function drawMark(document: Document, pen: Pen, mark: Mark): void {
  if (mark.kind === 'line') return pen.line(mark.line, mark.x, mark.baseline, mark.style);
  const { path, size } = qrCodePath(mark.data);
  document
    .save()
    .translate(mark.x, mark.y)
    .scale(sheet.qrCodeSide / size);
  document.path(path).fill();
  document.restore();
}

function drawFooter(pen: Pen, text: string): void {
  const { footer: style } = sheet.styles;
  const top = sheet.footer.middle - style.leading / 2;
  pen.text(text, sheet.footer.right - widthOf(text, style), top + baselineOffset(style), style);
}

function drawTag(pen: Pen): void {
  const { tag: style } = sheet.styles;
  const { text, left, top } = sheet.notifyTag;
  pen.ink('white');
  pen.text(text, left, top + baselineOffset(style), style);
  pen.ink('black');
}
