import { open, opendir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { AppError, messageOf } from '../core/errors.ts';
import type { ProviderFile } from './print-destination.ts';

/** The files in a folder below another one, or in an absolute one. @throws AppError PRINT_FAILED */
export async function* listFolder(root: string, folder: string): AsyncGenerator<ProviderFile, undefined> {
  const path = resolve(root, folder);
  try {
    for await (const entry of await opendir(path)) {
      if (!entry.isFile()) continue;
      // One that is taken away meanwhile is none.
      const found = await stat(join(path, entry.name)).catch(() => null);
      if (found !== null) yield { folder, name: entry.name, bytes: found.size, modifiedAt: found.mtime };
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** The content of a file in such a folder. @throws AppError PRINT_FAILED */
export async function readInFolder(
  root: string,
  { folder, name }: Pick<ProviderFile, 'folder' | 'name'>,
): Promise<Readable> {
  const path = join(resolve(root, folder), name);
  const file = await open(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  return file.createReadStream();
}

function unreadable(path: string, error: unknown): AppError {
  return new AppError('PRINT_FAILED', `${path} cannot be read: ${messageOf(error)}`, { cause: error });
}
