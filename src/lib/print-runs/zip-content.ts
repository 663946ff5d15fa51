import type { BufferPool } from '../core/buffer-pool.ts';
import { AppError } from '../core/errors.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { entryName, type LetterZip } from './letter-zip.ts';
import { headerRoom, storedZip, type ZipFile } from './stored-zip.ts';

export interface ZipContentDeps {
  readonly storage: Pick<ObjectStore, 'readInto'>;
  /** For the PDFs in memory. */
  readonly buffers: BufferPool;
}

/** PDFs in memory: the one that is written, and those that are read meanwhile. */
const mostHeld = 5;

/**
 * A zip of letters as it is made: in the order of its list, without compression (PDFs are compressed). One made again is
 * the same. A chunk is good until the next one is asked for: its buffer then holds another PDF.
 *
 * Fails with AppError REFUSED when a PDF is gone, or has another size than when it was claimed: what the provider may have
 * under the name already would not be the same.
 */
export function zipContent(deps: ZipContentDeps, zip: LetterZip): AsyncGenerator<Uint8Array, undefined> {
  return storedZip(readFiles(deps, zip));
}

async function* readFiles(deps: ZipContentDeps, zip: LetterZip): AsyncGenerator<ZipFile, undefined> {
  const { keys, sizes, name } = zip;
  const ahead: Reading[] = [];
  const startReading = (index: number): void => {
    if (index < keys.length) ahead.push(readFile(deps, keys[index]!, sizes[index]!));
  };
  try {
    for (let index = 0; index < mostHeld; index += 1) startReading(index);
    for (const [index, key] of keys.entries()) {
      const framed = await ahead[0]!.framed;
      if (framed?.length !== headerRoom(entryName(key)) + sizes[index]!) throw changed(name, key, framed);
      yield { name: entryName(key), framed };
      deps.buffers.give(ahead.shift()!.buffer);
      startReading(index + mostHeld);
    }
  } finally {
    // A read that still runs writes to its buffer.
    await Promise.allSettled(ahead.map(({ framed }) => framed));
    for (const { buffer } of ahead) deps.buffers.give(buffer);
  }
}

interface Reading {
  readonly buffer: Buffer<ArrayBuffer>;
  /** The PDF behind the room for its header, at most a byte more than was expected. Null when there is none. */
  readonly framed: Promise<Uint8Array | null>;
}

function readFile({ storage, buffers }: ZipContentDeps, key: string, expectedBytes: number): Reading {
  const room = headerRoom(entryName(key));
  const most = room + expectedBytes + 1;
  const buffer = buffers.take(most);
  const reading = storage.readInto('letters', key, buffer.subarray(room, most));
  const framed = reading.then((bytes) => (bytes === null ? null : buffer.subarray(0, room + bytes)));
  // Whoever waits for it is told; another one that fails first must not end the process.
  framed.catch(() => undefined);
  return { buffer, framed };
}

function changed(name: string, key: string, content: Uint8Array | null): AppError {
  const what = content === null ? 'is not in the storage any more' : 'has another size than when it was collated';
  return new AppError('REFUSED', `A letter of ${name} ${what}`, {
    hint: 'Put the file back, or give the zip up: `notify letters upload --give-up ZIP`.',
    details: { zip: name, key },
  });
}
