import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { toFile, toStream } from '../transfer/export-destination.ts';

/** Takes a part of a text; resolves when the next may come. */
export type WritePart = (part: string) => Promise<void>;

/**
 * Writes a text that is made part by part: to a file, which is there once it is whole and replaces one of its name, or to
 * standard output for `-`. Returns what `produce` does.
 *
 * @throws AppError USAGE_INVALID when the file cannot be made
 */
export async function writeParts<Result>(
  output: string,
  produce: (write: WritePart) => Promise<Result>,
): Promise<Result> {
  const destination = output === '-' ? toStream(process.stdout) : await toFile(output);
  const text = new PassThrough();
  const written = pipeline(text, destination.stream, { end: destination.ends });
  // It is waited for below; what goes wrong before must not end the process.
  written.catch(() => undefined);
  try {
    const result = await produce(async (part) => {
      if (!text.write(part)) await Promise.race([once(text, 'drain'), written]);
    });
    text.end();
    await written;
    await destination.complete();
    return result;
  } catch (error) {
    text.destroy();
    await destination.discard();
    throw error;
  }
}

/**
 * The same for a text that comes by itself.
 *
 * @throws AppError USAGE_INVALID when the file cannot be made
 */
export async function writeText(output: string, parts: AsyncIterable<string>): Promise<void> {
  const destination = output === '-' ? toStream(process.stdout) : await toFile(output);
  try {
    await pipeline(Readable.from(parts), destination.stream, { end: destination.ends });
    await destination.complete();
  } catch (error) {
    await destination.discard();
    throw error;
  }
}
