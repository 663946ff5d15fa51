import PDFDocument from 'pdfkit';
import { baselineOffset, fonts } from '../pdf/letter-fonts.ts';
import { notifyTag, styles, type TypeStyle } from '../pdf/letter-sheet.ts';
import { addressArea, envelopeWindow } from './printable-areas.ts';

const black = [0, 0, 0, 100] as const;
const white = [0, 0, 0, 0] as const;
/** Above the window's bottom edge, in points. */
const raise = 2;

/**
 * A page that is laid over the first page of a letter: it covers where the address was and has it anew, and has the
 * printer's word where it is missing (letters sheet §8).
 *
 * @param address lines that can be printed; null for none
 */
export async function drawAddressPage({
  address,
  withTag,
  width,
  height,
}: {
  address: readonly string[] | null;
  withTag: boolean;
  width: number;
  height: number;
}): Promise<Uint8Array> {
  const document = new PDFDocument({
    size: [width, height],
    margin: 0,
    font: '',
    pdfVersion: '1.7',
    info: { CreationDate: new Date(0) },
  });
  const chunks: Buffer[] = [];
  document.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => document.on('end', resolve).on('error', reject));
  // pdfkit takes an open font, which its types do not know.
  document.registerFont('regular', fonts.regular as unknown as Buffer);
  const write = (text: string, left: number, top: number, style: TypeStyle): void => {
    document.font('regular').fontSize(style.size);
    document.text(text, left, top + baselineOffset(style), { lineBreak: false, baseline: 'alphabetic' });
  };
  if (address !== null) {
    const { left, top, right, bottom } = addressArea;
    document.rect(left, top, right - left, bottom - top).fill([...white]);
    const { address: style } = styles;
    const first = envelopeWindow.bottom - raise - address.length * style.leading;
    document.save();
    document.rect(left, top, right - left, bottom - top).clip();
    document.fillColor([...black]);
    address.forEach((line, index) => write(line, envelopeWindow.left, first + index * style.leading, style));
    document.restore();
  }
  if (withTag) {
    document.fillColor([...white]);
    write(notifyTag.text, notifyTag.left, notifyTag.top, styles.tag);
  }
  document.end();
  await ended;
  return Buffer.concat(chunks);
}
