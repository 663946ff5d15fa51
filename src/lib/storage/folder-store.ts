import { randomUUID } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { mkdir, open, opendir, readdir, readFile, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { assertKeyPrefix, assertMetadata, assertObjectKey, isKeyPart } from './object-key.ts';
import type { ObjectInfo, ObjectStore, StorageArea } from './object-store.ts';
import { toStorageError } from './storage-error.ts';
import { syncFolder } from './sync-folder.ts';

type ListedObject = Omit<ObjectInfo, 'metadata'>;

export interface FolderStoreOptions {
  /** How many names of one folder a listing holds at a time. */
  readonly namesHeld?: number;
}

const statsAtOnce = 64;
const staleMs = 24 * 60 * 60 * 1000;

/**
 * Objects as files: `<root>/<area>/<key>`, with `.<name>.metadata` beside those that have metadata. Content is written to
 * `.incoming` of the area, synced and renamed into place, so a process killed at any moment leaves the old object or the
 * new one. Names that begin with a dot are never keys.
 *
 * Only an object that is replaced by one with other metadata can be seen half-way, as old content with new metadata.
 */
export function createFolderStore(rootFolder: string, { namesHeld = 50_000 }: FolderStoreOptions = {}): ObjectStore {
  const root = resolve(rootFolder);
  /** Folders that are there and will be after a power cut. */
  const kept = new Set<string>();
  const swept = new Set<StorageArea>();

  const pathOf = (area: StorageArea, key: string): string => {
    assertObjectKey(key);
    return join(root, area, key);
  };

  async function keepFolder(folder: string): Promise<void> {
    if (kept.has(folder)) return;
    const first = await mkdir(folder, { recursive: true, mode: 0o700 });
    const top = first !== undefined && first.length <= root.length ? dirname(first) : root;
    for (let above = dirname(folder); ; above = dirname(above)) {
      await syncFolder(above);
      if (above === top) break;
    }
    kept.add(folder);
  }

  /** Writes a file that is not in its place yet. */
  async function writeIncoming(area: StorageArea, content: Uint8Array | Readable): Promise<string> {
    const folder = join(root, area, '.incoming');
    await keepFolder(folder);
    const path = join(folder, randomUUID());
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
      if (!swept.has(area)) {
        swept.add(area);
        await removeStale(folder, (await file.stat()).mtimeMs - staleMs);
      }
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await file.close();
    }
    return path;
  }

  async function writeMetadata(
    area: StorageArea,
    path: string,
    metadata: Readonly<Record<string, string>>,
  ): Promise<void> {
    if (Object.keys(metadata).length === 0) return rm(metadataPath(path), { force: true });
    await rename(await writeIncoming(area, Buffer.from(JSON.stringify(metadata))), metadataPath(path));
  }

  const store: ObjectStore = {
    async put(area, key, content, { metadata = {} } = {}) {
      const path = pathOf(area, key);
      assertMetadata(metadata);
      let incoming: string | null = null;
      try {
        await keepFolder(dirname(path));
        incoming = await writeIncoming(area, content);
        await writeMetadata(area, path, metadata);
        await rename(incoming, path);
        incoming = null;
        await syncFolder(dirname(path));
      } catch (error) {
        // Somebody may have removed folders.
        kept.clear();
        throw isSystemError(error) ? toStorageError(error, root) : error;
      } finally {
        if (incoming !== null) await rm(incoming, { force: true });
      }
    },

    async read(area, key) {
      return orNull(root, () => readFile(pathOf(area, key)));
    },

    async readInto(area, key, buffer) {
      return orNull(root, async () => {
        const file = await open(pathOf(area, key));
        try {
          return await fill(file, buffer);
        } finally {
          await file.close();
        }
      });
    },

    async open(area, key) {
      return orNull(root, async () => {
        const file = await open(pathOf(area, key));
        try {
          if ((await file.stat()).isFile()) return file.createReadStream();
        } catch (error) {
          await file.close();
          throw error;
        }
        await file.close();
        return null;
      });
    },

    async head(area, key) {
      const path = pathOf(area, key);
      const found = await orNull(root, () => stat(path));
      if (found === null || !found.isFile()) return null;
      const text = await orNull(root, () => readFile(metadataPath(path), 'utf8'));
      const metadata = text === null ? {} : (JSON.parse(text) as Record<string, string>);
      return { key, size: found.size, modifiedAt: found.mtime, metadata };
    },

    async *list(area, prefix = '') {
      assertKeyPrefix(prefix);
      try {
        yield* listFolder({ folder: join(root, area), base: '', prefix, namesHeld });
      } catch (error) {
        throw isSystemError(error) ? toStorageError(error, root) : error;
      }
    },

    async copy(from, to, metadata) {
      const info = await store.head(from.area, from.key);
      if (info === null) return false;
      if (from.area === to.area && from.key === to.key) {
        if (metadata === undefined) return true;
        assertMetadata(metadata);
        try {
          const path = pathOf(to.area, to.key);
          await writeMetadata(to.area, path, metadata);
          await syncFolder(dirname(path));
        } catch (error) {
          throw toStorageError(error, root);
        }
        return true;
      }
      const content = await store.open(from.area, from.key);
      if (content === null) return false;
      await store.put(to.area, to.key, content, { metadata: metadata ?? info.metadata });
      return true;
    },

    async delete(area, key) {
      const path = pathOf(area, key);
      await orNull(root, async () => {
        await rm(path, { force: true });
        await rm(metadataPath(path), { force: true });
      });
    },

    close: async () => undefined,
  };
  return store;
}

/** Reads until the buffer is full or the file ends; a file that shrinks meanwhile ends. */
async function fill(file: FileHandle, buffer: Uint8Array): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

function metadataPath(path: string): string {
  return join(dirname(path), `.${basename(path)}.metadata`);
}

/** What killed processes left; a file that is being written has just been changed. */
async function removeStale(folder: string, before: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found !== null && found.mtimeMs < before) await rm(path, { force: true });
  }
}

interface Listing {
  readonly folder: string;
  /** The key of the folder, with a `/` at its end; empty for the area. */
  readonly base: string;
  readonly prefix: string;
  readonly namesHeld: number;
}

async function* listFolder({ folder, base, prefix, namesHeld }: Listing): AsyncGenerator<ListedObject> {
  const isWanted = (name: string): boolean =>
    `${base}${name}`.startsWith(prefix) || (name.endsWith('/') && prefix.startsWith(`${base}${name}`));
  for await (const names of namesInOrder(folder, namesHeld, isWanted)) {
    for (let start = 0; start < names.length; start += statsAtOnce) {
      const chunk = names.slice(start, start + statsAtOnce);
      const infos = await Promise.all(
        chunk.map(async (name) => (name.endsWith('/') ? null : inspect(join(folder, name), `${base}${name}`))),
      );
      for (const [index, name] of chunk.entries()) {
        const info = infos[index];
        if (name.endsWith('/'))
          yield* listFolder({ folder: join(folder, name), base: `${base}${name}`, prefix, namesHeld });
        else if (info) yield info;
      }
    }
  }
}

/** Null for what went meanwhile. */
async function inspect(path: string, key: string): Promise<ListedObject | null> {
  try {
    const { size, mtime } = await stat(path);
    return { key, size, modifiedAt: mtime };
  } catch (error) {
    if (isAbsence(error)) return null;
    throw error;
  }
}

/**
 * Names of files, and of folders with a `/`, in the order of keys. The folder is read once for every `namesHeld` names,
 * so that a folder of millions of files takes no more memory than one of thousands.
 */
async function* namesInOrder(
  folder: string,
  namesHeld: number,
  isWanted: (name: string) => boolean,
): AsyncGenerator<string[]> {
  for (let after = ''; ;) {
    let held: string[] = [];
    let isCut = false;
    const cut = (): void => {
      held.sort();
      if (held.length <= namesHeld) return;
      held = held.slice(0, namesHeld);
      isCut = true;
    };
    for await (const name of readNames(folder)) {
      if (name <= after || !isWanted(name)) continue;
      held.push(name);
      if (held.length >= 2 * namesHeld) cut();
    }
    cut();
    yield held;
    if (!isCut) return;
    after = held.at(-1)!;
  }
}

async function* readNames(folder: string): AsyncGenerator<string> {
  let entries: AsyncIterable<Dirent>;
  try {
    entries = await opendir(folder, { bufferSize: 1024 });
  } catch (error) {
    if (isAbsence(error)) return;
    throw error;
  }
  for await (const entry of entries) {
    if (isKeyPart(entry.name)) yield entry.isDirectory() ? `${entry.name}/` : entry.name;
  }
}

/** The result, or null when there is no such file. */
async function orNull<Result>(root: string, work: () => Promise<Result>): Promise<Result | null> {
  try {
    return await work();
  } catch (error) {
    if (isAbsence(error)) return null;
    throw isSystemError(error) ? toStorageError(error, root) : error;
  }
}

function isAbsence(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'EISDIR', 'ERR_FS_EISDIR'].includes(String((error as NodeJS.ErrnoException).code));
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
