import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { AppError } from '../../core/errors.ts';
import { assertNoFolder, unreadableFile } from '../../core/file-error.ts';
import { delimiterOf, largestFile, unreadableFileMessages, type CsvSource } from './csv-source.ts';
import { tabsToCommas } from './tabs-to-commas.ts';

/**
 * Opens a file of comma or tab separated values; `-` is standard input, and commas.
 *
 * What can be read only once (standard input, a pipe) is kept in memory: no file may be larger than 10 MiB.
 *
 * @throws AppError USAGE_INVALID when there is no such file; REQUEST_INVALID when it is too large or a spreadsheet
 */
export async function openCsvFile(path: string): Promise<CsvSource> {
  const delimiter = path === '-' ? ',' : delimiterOf(path);
  const size = path === '-' ? null : await sizeOf(path);
  if (delimiter === null) throw new AppError('REQUEST_INVALID', unreadableFileMessages.notSpreadsheet);
  if (size !== null && size > largestFile) throw new AppError('REQUEST_INVALID', unreadableFileMessages.tooLarge);
  if (size !== null) return toCsv({ open: () => createReadStream(path) }, delimiter);
  return toCsv(await readOnce(path === '-' ? process.stdin : createReadStream(path)), delimiter);
}

/**
 * As `openCsvFile`, with the content in memory: what is checked now and stored later is the same, whatever becomes of the
 * file meanwhile.
 *
 * @throws what `openCsvFile` throws
 */
export async function loadCsvFile(path: string): Promise<CsvSource> {
  const source = await openCsvFile(path);
  const { mostBytes } = source;
  return { ...(await readOnce(source.open(), mostBytes)), ...(mostBytes !== undefined && { mostBytes }) };
}

function toCsv(source: CsvSource, delimiter: ',' | '\t'): CsvSource {
  return delimiter === ',' ? source : tabsToCommas(source);
}

/** Bytes of a regular file; null for what is none. */
async function sizeOf(path: string): Promise<number | null> {
  try {
    await access(path, constants.R_OK);
    const status = await stat(path);
    assertNoFolder(status);
    return status.isFile() ? status.size : null;
  } catch (error) {
    throw unreadableFile('FILE', path, error, 'a file of comma or tab separated values');
  }
}

async function readOnce(stream: AsyncIterable<Uint8Array>, mostBytes = largestFile): Promise<CsvSource> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > mostBytes) throw new AppError('REQUEST_INVALID', unreadableFileMessages.tooLarge);
    chunks.push(chunk);
  }
  return {
    async *open() {
      yield* chunks;
    },
  };
}
