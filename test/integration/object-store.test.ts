import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFolderStore } from '../../src/lib/storage/folder-store.ts';
import type { ObjectStore, StorageArea } from '../../src/lib/storage/object-store.ts';
import { createS3Store } from '../../src/lib/storage/s3-store.ts';
import { temporaryFolder } from '../support/folders.ts';
import { useS3Server } from '../support/s3-server.ts';
import { nextEvent } from '../support/wait.ts';

const s3 = useS3Server('notify');

const kinds: Record<string, () => Promise<ObjectStore>> = {
  folder: async () => createFolderStore(join(await temporaryFolder(), 'files'), { namesHeld: 3 }),
  s3: async () => createS3Store({ bucket: 'notify', endpoint: s3.endpoint, region: null }),
};

describe.each(Object.keys(kinds))('a store of kind %s', (kind) => {
  let store: ObjectStore;
  beforeAll(async () => {
    store = await kinds[kind]!();
  });
  afterAll(() => store.close());

  async function keys(area: StorageArea, prefix?: string): Promise<string[]> {
    return (await Array.fromAsync(store.list(area, prefix))).map(({ key }) => key);
  }

  it('gives back what was stored', async () => {
    const content = Buffer.from([0, 1, 254, 255]);
    await store.put('documents', 'one/two.bin', content, { contentType: 'application/octet-stream' });
    expect(await store.read('documents', 'one/two.bin')).toEqual(content);
    expect(await buffer((await store.open('documents', 'one/two.bin'))!)).toEqual(content);
  });

  it('stores empty objects', async () => {
    await store.put('documents', 'empty', new Uint8Array());
    await store.put('documents', 'empty-stream', Readable.from([]));
    for (const key of ['empty', 'empty-stream']) {
      expect(await store.read('documents', key)).toEqual(Buffer.alloc(0));
      expect(await store.head('documents', key)).toMatchObject({ size: 0 });
    }
  });

  it.each([
    ['short', [3, 5]],
    ['of many parts', Array.from({ length: 21 }, () => 1024 * 1024 + 1)],
    ['that ends with a part', [8 * 1024 * 1024]],
  ])('stores streams %s', async (name, sizes) => {
    const chunks = sizes.map((size, index) => Buffer.alloc(size, index + 1));
    const key = `stream/${name.replaceAll(' ', '-')}`;
    await store.put('letters', key, Readable.from(chunks));
    expect((await store.read('letters', key))!.equals(Buffer.concat(chunks))).toBe(true);
  });

  it('describes an object', async () => {
    const metadata = {
      original_file_name: ' Zoë’s 100% list.csv ',
      empty: '',
      'valid-so-far': 'True',
      lines: 'one\ntwo',
    };
    const before = Date.now();
    await store.put('csv-uploads', 'described', Buffer.from('hello'), { metadata });
    const info = await store.head('csv-uploads', 'described');
    expect(info).toMatchObject({ key: 'described', size: 5, metadata });
    // S3 tells whole seconds.
    expect(Math.abs(info!.modifiedAt.getTime() - before)).toBeLessThan(5000);
  });

  it('says null for what is not there', async () => {
    await store.put('letters-scan', 'a/b', Buffer.from('x'));
    for (const key of ['nothing', 'a', 'a/b/c', 'a/c']) {
      expect(await store.read('letters-scan', key)).toBeNull();
      expect(await store.open('letters-scan', key)).toBeNull();
      expect(await store.head('letters-scan', key)).toBeNull();
    }
    expect(await store.read('letters-invalid', 'a/b')).toBeNull();
  });

  it('reads into a buffer what fits', async () => {
    const content = Buffer.alloc(200_000, 'abc');
    await store.put('letters', 'into/buffer', content);
    await store.put('letters', 'into/empty', Buffer.alloc(0));
    for (const [length, expected] of [
      [300_000, 200_000],
      [200_001, 200_000],
      [200_000, 200_000],
      [150_000, 150_000],
      [1, 1],
    ] as const) {
      const buffer = Buffer.alloc(length);
      expect(await store.readInto('letters', 'into/buffer', buffer)).toBe(expected);
      expect(buffer.subarray(0, expected).equals(content.subarray(0, expected))).toBe(true);
      expect(buffer.subarray(expected).every((byte) => byte === 0)).toBe(true);
    }
    expect(await store.readInto('letters', 'into/empty', Buffer.alloc(1))).toBe(0);
    for (const key of ['into', 'into/nothing', 'into/buffer/below'])
      expect(await store.readInto('letters', key, Buffer.alloc(1))).toBeNull();
  });

  it('replaces an object with its metadata', async () => {
    await store.put('documents', 'replaced', Buffer.from('old'), { metadata: { state: 'old' } });
    await store.put('documents', 'replaced', Buffer.from('newer'), { metadata: { state: 'new' } });
    expect(await store.head('documents', 'replaced')).toMatchObject({ size: 5, metadata: { state: 'new' } });
    await store.put('documents', 'replaced', Buffer.from('last'));
    expect(await store.head('documents', 'replaced')).toMatchObject({ size: 4, metadata: {} });
    expect((await store.read('documents', 'replaced'))!.toString()).toBe('last');
  });

  it('keeps the old object when a stream fails', async () => {
    const key = 'interrupted';
    await store.put('documents', key, Buffer.from('old'));
    for (const size of [10, 9 * 1024 * 1024]) {
      const failing = Readable.from(
        (async function* () {
          yield Buffer.alloc(size);
          yield Buffer.alloc(size);
          throw new Error('the line was cut');
        })(),
      );
      await expect(store.put('documents', key, failing)).rejects.toThrow('the line was cut');
    }
    expect((await store.read('documents', key))!.toString()).toBe('old');
  });

  it('lists in key order', async () => {
    const area = 'contact-lists';
    const stored = ['b/1', 'a/z', 'a/1/x', 'a0', 'B', 'b/10', 'b/2', 'b/1a', 'c', 'b/1_'];
    for (const key of stored) await store.put(area, key, Buffer.from(key), { metadata: { of: 'list' } });
    expect(await keys(area)).toEqual([...stored].sort());
    expect(await keys(area, 'b/1')).toEqual(stored.filter((key) => key.startsWith('b/1')).sort());
    expect(await keys(area, 'a/')).toEqual(['a/1/x', 'a/z']);
    expect(await keys(area, 'a/1')).toEqual(['a/1/x']);
    expect(await keys(area, 'nothing')).toEqual([]);
    expect(await keys(area, 'nothing/below')).toEqual([]);
    const [first] = await Array.fromAsync(store.list(area, 'a/z'));
    expect(first).toEqual({ key: 'a/z', size: 3, modifiedAt: expect.any(Date) as Date });
  });

  it('lists nothing in an area without objects', async () => {
    const fresh = await kinds[kind]!();
    expect(await Array.fromAsync(fresh.list('letters-invalid'))).toEqual([]);
    await fresh.close();
  });

  it('copies an object with its metadata, or with other', async () => {
    const from = { area: 'letters-scan', key: '2026-01-01/letter.pdf' } as const;
    await store.put(from.area, from.key, Buffer.from('pdf'), { metadata: { pages: '3' } });
    const same = { area: 'letters', key: '2026-01-02/letter.pdf' } as const;
    expect(await store.copy(from, same)).toBe(true);
    expect(await store.head(same.area, same.key)).toMatchObject({ size: 3, metadata: { pages: '3' } });
    const other = { area: 'letters-invalid', key: 'letter.pdf' } as const;
    expect(await store.copy(from, other, { reason: 'too “thin”' })).toBe(true);
    expect(await store.head(other.area, other.key)).toMatchObject({ size: 3, metadata: { reason: 'too “thin”' } });
    expect(await store.copy({ area: 'letters', key: 'nothing' }, other, {})).toBe(false);
    expect(await store.copy({ area: 'letters', key: 'nothing' }, other)).toBe(false);
    expect((await store.read(other.area, other.key))!.toString()).toBe('pdf');
  });

  it('changes metadata by copying an object onto itself', async () => {
    const place = { area: 'csv-uploads', key: 'own' } as const;
    await store.put(place.area, place.key, Buffer.from('csv'), { metadata: { valid: 'False' } });
    expect(await store.copy(place, place)).toBe(true);
    expect(await store.head(place.area, place.key)).toMatchObject({ metadata: { valid: 'False' } });
    expect(await store.copy(place, place, { valid: 'True' })).toBe(true);
    expect(await store.head(place.area, place.key)).toMatchObject({ size: 3, metadata: { valid: 'True' } });
    expect((await store.read(place.area, place.key))!.toString()).toBe('csv');
  });

  it('deletes an object and its metadata, also twice', async () => {
    await store.put('documents', 'gone/soon', Buffer.from('x'), { metadata: { a: 'b' } });
    for (let times = 0; times < 2; times += 1) await store.delete('documents', 'gone/soon');
    expect(await store.read('documents', 'gone/soon')).toBeNull();
    await store.put('documents', 'gone/soon', Buffer.from('y'));
    expect(await store.head('documents', 'gone/soon')).toMatchObject({ metadata: {} });
  });

  it.each([
    ...['', '/', 'a/', '/a', 'a//b', '..', '../a', 'a/../b', 'a/..', './a', '.a', 'a/.b', 'a\\b', 'a\0b', 'a b', 'é'],
    ...['a'.repeat(201), 'a/'.repeat(500)],
  ])('refuses the key %j', async (key) => {
    await expect(store.put('documents', key, Buffer.from('x'))).rejects.toThrow(RangeError);
    await expect(store.read('documents', key)).rejects.toThrow(RangeError);
    await expect(store.open('documents', key)).rejects.toThrow(RangeError);
    await expect(store.head('documents', key)).rejects.toThrow(RangeError);
    await expect(store.delete('documents', key)).rejects.toThrow(RangeError);
    const good = { area: 'documents', key: 'good' } as const;
    await expect(store.copy({ area: 'documents', key }, good)).rejects.toThrow(RangeError);
  });

  it.each(['../', '/', 'a/../', '.', 'a//'])('refuses to list %j', async (prefix) => {
    await expect(Array.fromAsync(store.list('documents', prefix))).rejects.toThrow(RangeError);
  });

  it('refuses names of metadata that a bucket would change', async () => {
    for (const name of ['Upper', 'with space', '']) {
      const metadata = { [name]: 'x' };
      await expect(store.put('documents', 'named', Buffer.from('x'), { metadata })).rejects.toThrow(RangeError);
    }
  });
});

describe('a folder', () => {
  it('holds each object as a file that only its owner reads', async () => {
    const root = join(await temporaryFolder(), 'deep', 'files');
    await createFolderStore(root).put('letters', '2026-01-01/a.pdf', Buffer.from('pdf'));
    const path = join(root, 'letters', '2026-01-01', 'a.pdf');
    expect(await readFile(path, 'utf8')).toBe('pdf');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(root)).mode & 0o777).toBe(0o700);
  });

  it('orders keys, not names of files: a folder counts with its slash', async () => {
    const store = createFolderStore(await temporaryFolder(), { namesHeld: 2 });
    const stored = ['a/1', 'a-b', 'a.b', 'a0', 'a/1-', 'A', 'a_', 'aa', 'a-/b'];
    for (const key of stored) await store.put('letters', key, Buffer.from(key), { metadata: { has: 'metadata' } });
    const listed = await Array.fromAsync(store.list('letters'), ({ key }) => key);
    expect(listed).toEqual(['A', 'a-/b', 'a-b', 'a.b', 'a/1', 'a/1-', 'a0', 'a_', 'aa']);
  });

  it('shows readers whole objects while an object is replaced', async () => {
    const store = createFolderStore(await temporaryFolder());
    const versions = [Buffer.alloc(300_000, 'a'), Buffer.alloc(200_000, 'b')];
    await store.put('documents', 'contended', versions[0]!);
    const writing = (async () => {
      for (let turn = 0; turn < 20; turn += 1) await store.put('documents', 'contended', versions[turn % 2]!);
    })();
    for (let turn = 0; turn < 40; turn += 1) {
      const seen = (await store.read('documents', 'contended'))!;
      expect(versions.some((version) => version.equals(seen))).toBe(true);
    }
    await writing;
  });

  it('keeps nothing of what failed or was replaced', async () => {
    const root = await temporaryFolder();
    const store = createFolderStore(root);
    await store.put('documents', 'a', Buffer.from('1'), { metadata: { a: 'b' } });
    await store.put('documents', 'a', Buffer.from('2'));
    const failing = Readable.from(
      (async function* () {
        yield Buffer.from('x');
        throw new Error('cut');
      })(),
    );
    await expect(store.put('documents', 'b', failing)).rejects.toThrow('cut');
    expect(await readdir(join(root, 'documents', '.incoming'))).toEqual([]);
    expect((await readdir(join(root, 'documents'))).sort()).toEqual(['.incoming', 'a']);
  });

  it('removes what killed processes left a day ago, and nothing younger', async () => {
    const root = await temporaryFolder();
    const incoming = join(root, 'documents', '.incoming');
    await mkdir(incoming, { recursive: true });
    for (const name of ['old', 'young']) await writeFile(join(incoming, name), 'part');
    const yesterday = new Date(Date.now() - 25 * 60 * 60 * 1000);
    await utimes(join(incoming, 'old'), yesterday, yesterday);
    await createFolderStore(root).put('documents', 'a', Buffer.from('1'));
    expect(await readdir(incoming)).toEqual(['young']);
  });

  it('works on after its folder was taken away', async () => {
    const root = await temporaryFolder();
    const store = createFolderStore(join(root, 'files'));
    await store.put('documents', 'a/b', Buffer.from('1'));
    await rm(join(root, 'files'), { recursive: true });
    await expect(store.put('documents', 'a/b', Buffer.from('2'))).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
    });
    await store.put('documents', 'a/b', Buffer.from('3'));
    expect((await store.read('documents', 'a/b'))!.toString()).toBe('3');
  });

  it('says that it cannot be used', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    const store = createFolderStore(file);
    await expect(store.put('documents', 'a', Buffer.from('x'))).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringContaining(file) as string,
    });
  });
});

describe('a bucket', () => {
  it('is listed page by page', async () => {
    const pages: Record<string, [string[], string | null]> = { '': [['a', 'b'], 'x/+='], 'x/+=': [['c'], null] };
    const asked: URLSearchParams[] = [];
    const server = createServer((request, response) => {
      const query = new URL(request.url!, 'http://localhost').searchParams;
      asked.push(query);
      const [names, next] = pages[query.get('continuation-token') ?? '']!;
      const objects = names.map(
        (name) =>
          `<Contents><Key>letters/${name}</Key><Size>1</Size><LastModified>2026-01-02T03:04:05.000Z</LastModified></Contents>`,
      );
      const token = next === null ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`;
      response.end(`<ListBucketResult>${objects.join('')}${token}</ListBucketResult>`);
    });
    server.listen(0, '127.0.0.1');
    await nextEvent(server, 'listening');
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const store = createS3Store({ bucket: 'notify', endpoint, region: null });
    const modifiedAt = new Date('2026-01-02T03:04:05Z');
    expect(await Array.fromAsync(store.list('letters'))).toEqual(
      ['a', 'b', 'c'].map((key) => ({ key, size: 1, modifiedAt })),
    );
    expect(asked.map((query) => query.get('prefix'))).toEqual(['letters/', 'letters/']);
    await store.close();
    server.close();
    await nextEvent(server, 'close');
  });

  it('says that it cannot be reached, or is not there', async () => {
    for (const [endpoint, bucket] of [
      ['http://127.0.0.1:1', 'notify'],
      [s3.endpoint, 'another'],
    ] as const) {
      const store = createS3Store({ bucket, endpoint, region: null });
      const failure = { code: 'STORAGE_UNAVAILABLE', message: expect.stringContaining(`bucket ${bucket}`) as string };
      await expect(store.put('documents', 'a', Buffer.from('x'))).rejects.toMatchObject(failure);
      await expect(store.read('documents', 'a')).rejects.toMatchObject(failure);
      await expect(Array.fromAsync(store.list('documents'))).rejects.toMatchObject(failure);
      await store.close();
    }
  });
});
