import { describe, expect, it } from 'vitest';
import { countRowsIn, readFrames, writeFrames, type Frame } from '../../../src/lib/transfer/export-frames.ts';

async function* each<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

const frames: Frame[] = [
  { type: 'H', payload: Buffer.from('{}') },
  { type: 'T', payload: Buffer.from('{"name":"users"}') },
  { type: 'D', payload: Buffer.from('one\ttwo\nthr') },
  { type: 'D', payload: Buffer.from('ee\n') },
  { type: 'E', payload: Buffer.alloc(0) },
];
const written = async (): Promise<Buffer> => Buffer.concat(await collect(writeFrames(each(frames))));
const read = (bytes: Buffer, chunkBytes = bytes.length): Promise<Frame[]> =>
  collect(
    readFrames(
      each(
        Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, index) =>
          bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes),
        ),
      ),
    ),
  );

describe('frames', () => {
  it.each([1, 2, 3, 7, 64, 10_000])('come back as they were, in chunks of %i bytes', async (chunkBytes) => {
    expect(await read(await written(), chunkBytes)).toEqual(frames);
  });

  it('divide long payloads', async () => {
    const payload = Buffer.alloc(600_000, 'x');
    const bytes = Buffer.concat(await collect(writeFrames(each([{ type: 'D', payload } as const]))));
    const parts = await read(bytes, 16_384);
    expect(parts.length).toBe(3);
    expect(Buffer.concat(parts.map((part) => part.payload)).equals(payload)).toBe(true);
  });

  it('are refused when cut off anywhere', async () => {
    const bytes = await written();
    for (let length = 0; length < bytes.length; length += 1) {
      await expect(read(bytes.subarray(0, length))).rejects.toMatchObject({
        code: 'CHECK_FAILED',
        message: 'The export is damaged: it was cut off',
      });
    }
  });

  it('are refused when any bit is changed', async () => {
    const bytes = await written();
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      await expect(read(changed), `byte ${at}`).rejects.toMatchObject({ code: 'CHECK_FAILED' });
    }
  });

  it('are refused when something follows their end', async () => {
    const bytes = await written();
    await expect(read(Buffer.concat([bytes, bytes]))).rejects.toThrow('bytes follow its end');
    await expect(read(Buffer.concat([bytes, Buffer.from('x')]))).rejects.toThrow('it was cut off');
  });
});

describe('countRowsIn', () => {
  it('counts lines that end', () => {
    expect(countRowsIn(Buffer.from(''))).toBe(0);
    expect(countRowsIn(Buffer.from('a\\nb\tc'))).toBe(0);
    expect(countRowsIn(Buffer.from('a\n\nb\n'))).toBe(3);
  });
});
