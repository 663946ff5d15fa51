import { randomBytes } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { AppError } from '../core/errors.ts';
import { unwritableFile } from '../core/file-error.ts';
import { syncFolder } from '../db/embedded/own-files.ts';

/** Where an export goes. */
export interface ExportDestination {
  readonly stream: Writable;
  /** True when the stream is ours to end. */
  readonly ends: boolean;
  /** Call it when everything was written: the export then is there for good. */
  complete(): Promise<void>;
  /** Call it when not: nothing is left. */
  discard(): Promise<void>;
}

/** Standard output and the like: what was written cannot be taken back, but lacks its end. */
export function toStream(stream: Writable): ExportDestination {
  return { stream, ends: false, complete: async () => undefined, discard: async () => undefined };
}

/**
 * A file that appears under its name only when it is complete and on the disk, readable by its owner only.
 *
 * @throws AppError USAGE_INVALID when the file cannot be made
 */
export async function toFile(file: string): Promise<ExportDestination> {
  const path = resolve(file);
  const temporary = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.part`;
  const handle = await open(temporary, 'wx', 0o600).catch((error: unknown) => {
    throw unwritableFile('The output', file, error);
  });
  return {
    // The data is on the disk before the name is.
    stream: handle.createWriteStream({ flush: true }),
    ends: true,
    async complete() {
      await rename(temporary, path);
      await syncFolder(dirname(path));
    },
    async discard() {
      await handle.close().catch(() => undefined);
      await rm(temporary, { force: true });
    },
  };
}

/** Whether a name is taken. A folder is no place for an export. @throws AppError USAGE_INVALID for a folder */
export async function exists(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => null);
  if (found?.isDirectory() === true) throw new AppError('USAGE_INVALID', `${file} is a folder: expected a file name`);
  return found !== null;
}
