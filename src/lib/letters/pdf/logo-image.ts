import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import type { LetterForm } from './letter-source.ts';

/** A picture as PDFs have it. */
export interface LogoImage {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly colourSpace: 'DeviceCMYK' | 'DeviceRGB';
  /** A byte for each colour of each pixel, row by row, deflated. */
  readonly samples: Uint8Array;
}

const mostRemembered = 20;
const remembered = new Map<string, LogoImage>();

/** Reads a PNG or JPEG; what is transparent is white. Printers get black as black ink alone. @throws Error for another file */
export async function logoImage(file: Uint8Array, form: LetterForm): Promise<LogoImage> {
  const key = `${form} ${createHash('sha256').update(file).digest('base64')}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  if (remembered.size >= mostRemembered) remembered.clear();
  const image = await readImage(file, form);
  remembered.set(key, image);
  return image;
}

async function readImage(file: Uint8Array, form: LetterForm): Promise<LogoImage> {
  const image = await loadImage(Buffer.from(file));
  const { width, height } = image;
  const context = createCanvas(width, height).getContext('2d');
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const isPrinted = form === 'print';
  return {
    width,
    height,
    colourSpace: isPrinted ? 'DeviceCMYK' : 'DeviceRGB',
    samples: deflateSync(isPrinted ? toInks(data) : withoutAlpha(data)),
  };
}

/** Cyan, magenta, yellow, and as much black as they have in common. */
function toInks(pixels: Uint8ClampedArray): Uint8Array {
  const inks = new Uint8Array(pixels.length);
  for (let at = 0; at < pixels.length; at += 4) {
    const [red, green, blue] = [pixels[at]!, pixels[at + 1]!, pixels[at + 2]!];
    const lightest = Math.max(red, green, blue);
    const ink = (colour: number): number => (lightest === 0 ? 0 : Math.round((255 * (lightest - colour)) / lightest));
    inks[at] = ink(red);
    inks[at + 1] = ink(green);
    inks[at + 2] = ink(blue);
    inks[at + 3] = 255 - lightest;
  }
  return inks;
}

function withoutAlpha(pixels: Uint8ClampedArray): Uint8Array {
  const colours = new Uint8Array((pixels.length / 4) * 3);
  for (let from = 0, to = 0; from < pixels.length; from += 4, to += 3) colours.set(pixels.subarray(from, from + 3), to);
  return colours;
}
