import { createCanvas, loadImage } from '@napi-rs/canvas';
import { logo as box } from './letter-sheet.ts';

/** A picture as it is kept for the top of letters. */
export interface Logo {
  readonly png: Uint8Array;
  /** Pixels of the PNG to an inch of paper. */
  readonly dpi: number;
}

const pointsPerInch = 72;
/** More than that no printer shows; every letter would carry it. */
const mostDpi = 300;
const mostPixels = 40_000_000;

/**
 * Reads a PNG or JPEG and makes it as small as its box on the page needs; what is transparent becomes white. Null for
 * another file, and for one that cannot be read.
 */
export async function readLogo(file: Uint8Array): Promise<Logo | null> {
  if (!isPicture(file)) return null;
  const image = await loadImage(Buffer.from(file)).catch(() => null);
  if (image === null || image.width * image.height > mostPixels) return null;
  const scale = Math.min(1, (mostDpi / pointsPerInch) * Math.min(box.width / image.width, box.height / image.height));
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  context.imageSmoothingQuality = 'high';
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  context.drawImage(image, 0, 0, width, height);
  const inches = Math.min(box.width / width, box.height / height) / pointsPerInch;
  return { png: await canvas.encode('png'), dpi: Math.round(1 / inches) };
}

const pngStart = Buffer.from('89504e470d0a1a0a', 'hex');
const jpegStart = Buffer.from('ffd8ff', 'hex');

function isPicture(file: Uint8Array): boolean {
  return [pngStart, jpegStart].some((start) => start.equals(file.subarray(0, start.length)));
}
