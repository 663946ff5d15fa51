import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { AppError } from '../core/errors.ts';
import { unreadableFile } from '../core/file-error.ts';

/**
 * The bytes of a file, or of standard input for `-`.
 *
 * @param name how messages call it, such as `--input` or `FILE`
 * @param mostBytes what lies behind them is not read
 * @throws AppError USAGE_INVALID when the file cannot be read
 */
export async function readInput(file: string, name: string, mostBytes = Infinity): Promise<Buffer> {
  const source = file === '-' ? process.stdin : createReadStream(file);
  try {
    return await buffer(upTo(mostBytes, source));
  } catch (error) {
    throw unreadableFile(name, file, error, 'a file, or - for standard input');
  }
}

/** `readInput` for a text in UTF-8; a byte order mark is left off. @throws AppError USAGE_INVALID */
export async function readInputText(file: string, name: string): Promise<string> {
  const bytes = await readInput(file, name);
  if (!isUtf8(bytes)) throw new AppError('USAGE_INVALID', `${name} is '${file}': the file is not UTF-8`);
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}

async function* upTo(mostBytes: number, source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let count = 0;
  for await (const chunk of source) {
    yield chunk;
    count += chunk.length;
    if (count >= mostBytes) return;
  }
}
