import { randomBytes } from 'node:crypto';
import { chmod, lchown, mkdir, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { isRoot } from './account.ts';

/**
 * Writes one of our files so that a reader sees the old or the new content, never a part; mode 0600.
 *
 * @param isDurable also wait until the disk has it
 */
export async function writeOwnFile(file: string, content: string, isDurable = false): Promise<void> {
  const fresh = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    {
      await using handle = await open(fresh, 'wx', 0o600);
      await giveToFolderOwner(handle, file);
      await handle.writeFile(content);
      if (isDurable) await handle.sync();
    }
    await rename(fresh, file);
    if (isDurable) await syncFolder(path.dirname(file));
  } finally {
    await rm(fresh, { force: true });
  }
}

/** Makes one of our folders, closed to others, unless it is there. */
export async function makeOwnFolder(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (made === undefined || !isRoot()) return;
  const { uid, gid } = await stat(path.dirname(folder));
  if (uid !== 0) await lchown(folder, uid, gid);
}

/** Makes a folder that every account may enter and read, whatever our umask, unless it is there. */
export async function makePublicFolder(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o755 });
  if (made !== undefined) await chmod(folder, 0o755);
}

/** Root working in the state folder of another account leaves files which that account can use afterwards. */
export async function giveToFolderOwner(handle: FileHandle, file: string): Promise<void> {
  if (!isRoot()) return;
  const { uid, gid } = await stat(path.dirname(file));
  if (uid !== 0) await handle.chown(uid, gid);
}

/** Waits until the names in a folder are on the disk. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows does not open folders.
  if (process.platform === 'win32') return;
  await using handle = await open(folder, 'r');
  await handle.sync();
}
