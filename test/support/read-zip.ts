/** Reads zips back with a library that wrote none of them. */
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { fromBuffer, type Entry, type ZipFile } from 'yauzl';

export interface ZipEntry {
  readonly name: string;
  readonly content: Buffer;
  /** 0 = stored. */
  readonly method: number;
  /** Permissions. */
  readonly mode: number;
  /** Whether sizes and checksum come after the content only. */
  readonly hasDescriptor: boolean;
}

/** The files of a zip in its order; their checksums are held against their contents. */
export async function readZip(zip: Buffer): Promise<ZipEntry[]> {
  const open = promisify<Buffer, ZipFile>((content, done) => fromBuffer(content, { lazyEntries: true }, done));
  const file = await open(zip);
  const entries: Entry[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  file.on('entry', (entry: Entry) => {
    entries.push(entry);
    file.readEntry();
  });
  file.on('end', resolve).on('error', reject);
  file.readEntry();
  await promise;
  const openEntry = promisify<Entry, NodeJS.ReadableStream>((entry, done) => file.openReadStream(entry, done));
  const contents: ZipEntry[] = [];
  for (const entry of entries) {
    contents.push({
      name: entry.fileName,
      content: await buffer(await openEntry(entry)),
      method: entry.compressionMethod,
      mode: (entry.externalFileAttributes >>> 16) & 0o7777,
      hasDescriptor: (entry.generalPurposeBitFlag & 8) !== 0,
    });
  }
  return contents;
}
