/** Pictures for the top of letters. */
import { createCanvas } from '@napi-rs/canvas';

/** A picture of one colour, of so many pixels. */
export async function aPicture(
  width: number,
  height: number,
  { colour = 'black', format = 'png' }: { colour?: string; format?: 'png' | 'jpeg' } = {},
): Promise<Buffer> {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  context.fillStyle = colour;
  context.fillRect(0, 0, width, height);
  return format === 'png' ? canvas.encode('png') : canvas.encode('jpeg');
}
