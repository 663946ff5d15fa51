import { Readable } from 'node:stream';
import { AppError } from '../core/errors.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { entryName, type LetterZip } from './letter-zip.ts';
import { storedZip, type ZipFile } from './stored-zip.ts';

/** PDFs that are read ahead of the one that is written. */
const readAhead = 5;

/**
 * A zip of letters as it is made: in the order of its list, without compression (PDFs are compressed). One made again is
 * the same.
 *
 * The stream fails with AppError REFUSED when a PDF is gone, or has another size than when it was claimed: what the provider
 * may have under the name already would not be the same.
 */
export function zipContent({ storage }: { readonly storage: ObjectStore }, zip: LetterZip): Readable {
  return Readable.from(storedZip(readFiles(storage, zip)), { objectMode: false });
}

async function* readFiles(storage: ObjectStore, { keys, sizes, name }: LetterZip): AsyncGenerator<ZipFile, undefined> {
  const ahead: Promise<Buffer | null>[] = [];
  const startReading = (index: number): void => {
    if (index >= keys.length) return;
    const reading = storage.read('letters', keys[index]!);
    // Whoever waits for it is told; another one that fails first must not end the process.
    reading.catch(() => undefined);
    ahead.push(reading);
  };
  for (let index = 0; index < readAhead; index += 1) startReading(index);
  for (const [index, key] of keys.entries()) {
    const content = await ahead.shift()!;
    if (content === null || content.length !== sizes[index]) throw changed(name, key, content);
    yield { name: entryName(key), content };
    startReading(index + readAhead);
  }
}

function changed(name: string, key: string, content: Buffer | null): AppError {
  const what = content === null ? 'is not in the storage any more' : 'has another size than when it was collated';
  return new AppError('REFUSED', `A letter of ${name} ${what}`, {
    hint: 'Put the file back, or give the zip up: `notify letters upload --give-up ZIP`.',
    details: { zip: name, key },
  });
}
