import { mkdir, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, isAppError, messageOf } from '../core/errors.ts';
import { syncFolder } from '../storage/sync-folder.ts';
import { temporaryName, type PrintDestination, type PrintFile } from './print-destination.ts';
import { listFolder, readInFolder } from './read-folder.ts';

/** A folder, such as one that another program takes files from. */
export function createFolderDestination(folder: string, kind: 'folder' | 'outbox'): PrintDestination {
  return {
    kind,
    place: folder,
    async put(file, signal) {
      try {
        const path = join(folder, file.name);
        const found = await stat(path).catch(() => null);
        if (found?.size === file.bytes) return 'there';
        await mkdir(folder, { recursive: true });
        await writeWhole(folder, file, signal);
        return 'uploaded';
      } catch (error) {
        if (isAppError(error) || signal?.aborted) throw error;
        throw new AppError('PRINT_FAILED', `${file.name} cannot be written to ${folder}: ${messageOf(error)}`, {
          cause: error,
        });
      }
    },
    list: (directory) => listFolder(folder, directory),
    read: (found) => readInFolder(folder, found),
    check: async () => undefined,
    close: async () => undefined,
  };
}

async function writeWhole(folder: string, { name, bytes, content }: PrintFile, signal?: AbortSignal): Promise<void> {
  const temporary = join(folder, temporaryName(name));
  const file = await open(temporary, 'w', 0o644);
  try {
    for await (const chunk of content()) {
      signal?.throwIfAborted();
      await writeAll(file, chunk);
    }
    const { size } = await file.stat();
    if (size !== bytes) throw new Error(`${size} of ${bytes} bytes were written`);
    await file.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  await rename(temporary, join(folder, name));
  await syncFolder(folder);
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length;) at += (await file.write(chunk, at)).bytesWritten;
}
