import jsQR from 'jsqr';
import { describe, expect, it } from 'vitest';
import { drawQrCode } from '../../../src/lib/templates/draw-qr-code.ts';
import { qrCodeByteLimit } from '../../../src/lib/templates/qr-code.ts';

const scale = 4;
const border = 4;

/** Paints the picture and reads it as a camera would. */
function scan(svg: string): string {
  const size = Number(/viewBox="0 0 (\d+) \1"/.exec(svg)![1]);
  const width = (size + 2 * border) * scale;
  const pixels = new Uint8ClampedArray(width * width * 4).fill(255);
  for (const [, x, y, length] of svg.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) {
    for (let row = 0; row < scale; row += 1) {
      for (let column = 0; column < Number(length) * scale; column += 1) {
        const pixel = ((Number(y) + border) * scale + row) * width + (Number(x) + border) * scale + column;
        pixels.fill(0, pixel * 4, pixel * 4 + 3);
      }
    }
  }
  const read = (jsQR as unknown as typeof jsQR.default)(pixels, width, width);
  return Buffer.from(read!.binaryData).toString('utf8');
}

describe('the picture of a QR code', () => {
  it.each([
    ['an address', 'https://www.gov.uk/a?b=c&d=e'],
    ['letters beyond ASCII', 'Dŵr Cymru – £5 €6 漢字 🙂'],
    ['digits', '0123456789'],
    ['one character', 'x'],
    ['as much as a letter may hold', 'a'.repeat(qrCodeByteLimit)],
  ])('of %s can be read', (_what, data) => {
    expect(scan(drawQrCode(data))).toBe(data);
  });

  it('has no border, so that the place it gets decides', () => {
    expect(drawQrCode('x')).toMatch(/^<svg [^>]*viewBox="0 0 21 21"[^>]*><path fill="#000000" d="M0 0h7v1h-7z/);
  });
});
