/** The content of a zip holds a few PDFs, however many are in it, and never mixes them. */
import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { createBufferPool, type BufferPool } from '../../../src/lib/core/buffer-pool.ts';
import type { LetterZip } from '../../../src/lib/print-runs/letter-zip.ts';
import { storedZipBytes } from '../../../src/lib/print-runs/stored-zip.ts';
import { zipContent } from '../../../src/lib/print-runs/zip-content.ts';
import { readZip } from '../../support/read-zip.ts';

const keyOf = (index: number): string => `2020-02-17/NOTIFY.REF${index}.PDF`;
const pdfOf = (index: number): Buffer => Buffer.alloc(index % 7 === 0 ? 60_000 - index : 10 * index, index);

function aZip(from: number, letters: number): LetterZip {
  const indexes = Array.from({ length: letters }, (_, index) => from + index);
  const keys = indexes.map(keyOf);
  const sizes = indexes.map((index) => pdfOf(index).length);
  return {
    ...{ id: 'zip', runId: 'run', name: 'ZIP', printDate: '2020-02-17', postage: 'second', serviceId: 'service' },
    ...{ state: 'open', keys, sizes, createdAt: new Date(0) },
    bytes: storedZipBytes(keys.map((key, at) => ({ name: key.split('/')[1]!, bytes: sizes[at]! }))),
  };
}

/** PDFs whose reads end in another order than they began; `find` decides what is there. */
class SlowStorage {
  reading = 0;
  mostReading = 0;
  find: (index: number) => Buffer | null = pdfOf;

  readonly readInto = async (_area: string, key: string, buffer: Uint8Array): Promise<number | null> => {
    this.reading += 1;
    this.mostReading = Math.max(this.mostReading, this.reading);
    const index = Number(/REF(\d+)/.exec(key)![1]);
    await turns((index * 7) % 11);
    const found = this.find(index)?.subarray(0, buffer.length);
    if (found !== undefined) buffer.set(found);
    this.reading -= 1;
    return found?.length ?? null;
  };
}

/** Counts the buffers that are taken and not given back. */
class CountingPool implements BufferPool {
  private readonly pool = createBufferPool();
  readonly made = new Set<Buffer>();
  taken = 0;
  mostTaken = 0;

  take(bytes: number): Buffer<ArrayBuffer> {
    this.taken += 1;
    this.mostTaken = Math.max(this.mostTaken, this.taken);
    const buffer = this.pool.take(bytes);
    this.made.add(buffer);
    return buffer;
  }

  give(buffer: Buffer<ArrayBuffer>): void {
    this.taken -= 1;
    // Whoever still reads it sees that it was given away.
    buffer.fill('?');
    this.pool.give(buffer);
  }
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await setImmediate();
}

let storage: SlowStorage;
let buffers: CountingPool;

beforeEach(() => {
  storage = new SlowStorage();
  buffers = new CountingPool();
});

/** As a destination that takes its time. */
async function write(zip: LetterZip): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of zipContent({ storage, buffers }, zip)) {
    await turns(6);
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks);
}

describe('the content of zips', () => {
  it('is whole, and held in five buffers for all of them', async () => {
    for (const zip of [aZip(0, 60), aZip(60, 3), aZip(63, 1), aZip(64, 100)]) {
      const content = await write(zip);
      expect(content.length).toBe(zip.bytes);
      const entries = await readZip(content);
      expect(entries.map(({ name }) => `2020-02-17/${name}`)).toEqual(zip.keys);
      for (const { name, content: pdf } of entries) expect(pdf.equals(pdfOf(Number(/\d+/.exec(name))))).toBe(true);
    }
    expect(storage.mostReading).toBeGreaterThan(2);
    expect(storage.mostReading).toBeLessThanOrEqual(5);
    expect(buffers).toMatchObject({ taken: 0, mostTaken: 5 });
    // Each of the five grew once at the most: from a small PDF to a large one.
    expect(buffers.made.size).toBeLessThanOrEqual(10);
  });

  it.each([
    ['is gone', () => null, 'is not in the storage any more'],
    ['is longer', (index: number) => Buffer.alloc(pdfOf(index).length + 1), 'has another size'],
    ['is shorter', (index: number) => pdfOf(index).subarray(1), 'has another size'],
  ])('is refused when a PDF %s, once nothing reads any more', async (_what, find, message) => {
    storage.find = (index) => (index === 6 ? find(index) : pdfOf(index));
    await expect(write(aZip(1, 20))).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining(message),
      details: { key: keyOf(6) },
    });
    expect(storage.reading).toBe(0);
    expect(buffers.taken).toBe(0);
  });

  it('fails with the storage, and gives everything back', async () => {
    storage.find = (index) => {
      if (index < 9) return pdfOf(index);
      storage.reading -= 1;
      throw new Error('the disk is gone');
    };
    await expect(write(aZip(1, 20))).rejects.toThrow('the disk is gone');
    expect(storage.reading).toBe(0);
    expect(buffers.taken).toBe(0);
  });

  it('is given up half-way', async () => {
    const content = zipContent({ storage, buffers }, aZip(1, 20));
    await content.next();
    expect(buffers.taken).toBe(5);
    await content.return(undefined);
    expect(storage.reading).toBe(0);
    expect(buffers.taken).toBe(0);
  });
});
