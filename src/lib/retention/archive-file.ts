import { createHash, type Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip, createGzip } from 'node:zlib';
import { AppError } from '../core/errors.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { archiveArea, type HistoryArchive } from './history-archive.ts';

/** What can be checked of a file. */
export type ArchiveSeal = Pick<HistoryArchive, 'rows' | 'bytes' | 'sha256'>;

/** Stores lines as one compressed object, however many there are, in the memory of a few pages. */
export async function writeArchive(
  storage: ObjectStore,
  key: string,
  pages: AsyncIterable<readonly string[]>,
): Promise<ArchiveSeal> {
  const measure = createMeasure();
  let rows = 0;
  async function* texts(): AsyncGenerator<string> {
    for await (const lines of pages) {
      rows += lines.length;
      yield lines.map((line) => `${line}\n`).join('');
    }
  }
  async function* compressed(): AsyncGenerator<Buffer> {
    const gzip = createGzip();
    const fed = pipeline(Readable.from(texts()), gzip);
    // What fails while pages are read is told by the loop.
    fed.catch(() => undefined);
    yield* measure.through(gzip as AsyncIterable<Buffer>);
    await fed;
  }
  await storage.put(archiveArea, key, Readable.from(compressed()), { contentType: 'application/gzip' });
  return { rows, ...measure.seal() };
}

/**
 * Reads an archive from beginning to end and holds it against what was written.
 *
 * @throws AppError REFUSED when it is not there, or another one; STORAGE_UNAVAILABLE
 */
export async function verifyArchive(
  storage: ObjectStore,
  archive: HistoryArchive,
  signal?: AbortSignal,
): Promise<void> {
  const measure = createMeasure();
  let rows = 0;
  try {
    for await (const lines of readLines(storage, archive, measure)) {
      signal?.throwIfAborted();
      rows += lines.length;
    }
  } catch (error) {
    if (!isDamage(error)) throw error;
    throw damaged(archive, error);
  }
  const { bytes, sha256 } = measure.seal();
  if (rows !== archive.rows || bytes !== archive.bytes || sha256 !== archive.sha256) throw damaged(archive);
}

/** The lines of an archive, many at a time. @throws AppError REFUSED when it is not there; STORAGE_UNAVAILABLE */
export async function* readLines(
  storage: ObjectStore,
  archive: HistoryArchive,
  { through }: Pick<Measure, 'through'> = createMeasure(),
): AsyncGenerator<string[]> {
  const content = await storage.open(archiveArea, archive.key);
  if (content === null) throw damaged(archive);
  const gunzip = createGunzip();
  const unpacked = pipeline(content, through, gunzip);
  unpacked.catch(() => undefined);
  const decoder = new StringDecoder('utf8');
  let rest = '';
  // Only line feeds end lines: texts of JSON may hold the other characters that mean one.
  for await (const chunk of gunzip as AsyncIterable<Buffer>) {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop()!;
    if (lines.length > 0) yield lines;
  }
  await unpacked;
  if (rest !== '') throw damaged(archive);
}

interface Measure {
  /** Passes everything on, and takes note of it. */
  readonly through: (chunks: AsyncIterable<Buffer>) => AsyncGenerator<Buffer>;
  seal(): Pick<ArchiveSeal, 'bytes' | 'sha256'>;
}

function createMeasure(): Measure {
  const hash: Hash = createHash('sha256');
  let bytes = 0;
  return {
    async *through(chunks) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    },
    seal: () => ({ bytes, sha256: hash.digest('hex') }),
  };
}

function damaged({ key }: HistoryArchive, cause?: unknown): AppError {
  return new AppError(
    'REFUSED',
    `The archive ${archiveArea}/${key} is not what was written there; its rows stay in the database`,
    {
      hint: 'Put the file back from a backup. To write it anew, delete its row from notification_history_archives.',
      ...(cause !== undefined && { cause }),
    },
  );
}

/** Of the unpacking: what the storage says of itself is an AppError. */
function isDamage(error: unknown): boolean {
  return String((error as { code?: unknown } | null)?.code).startsWith('Z_');
}
