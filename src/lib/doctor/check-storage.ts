import { randomBytes } from 'node:crypto';
import { access, constants, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf } from '../core/errors.ts';
import { createObjectStore, type StorageConfig } from '../storage/create-object-store.ts';
import { ok, warning, wrong, type Check } from './check.ts';

const gibibyte = 1024 ** 3;
const enoughBytes = gibibyte;
const littleBytes = 100 * 1024 ** 2;
const storedFiles = 'stored-files';

/** Whether the state folder takes files. */
export function checkStateFolder(stateDir: string): Promise<Check> {
  return checkFolder('state-folder', stateDir, 'Set NOTIFY_STATE_DIR to a folder that this account can write to.');
}

/** Whether files can be stored; nothing when that is in the state folder, which has a check of its own. */
export async function checkStoredFiles(config: StorageConfig): Promise<Check[]> {
  const { s3Bucket, storageDir } = config;
  if (s3Bucket !== null) return [await checkBucket(s3Bucket, config)];
  if (storageDir === null) return [];
  const hint = 'Set NOTIFY_STORAGE_DIR to a folder that this account can write to.';
  return [await checkFolder(storedFiles, storageDir, hint)];
}

async function checkBucket(bucket: string, config: StorageConfig): Promise<Check> {
  const store = createObjectStore(config);
  try {
    const probe = `doctor-${process.pid}-${randomBytes(4).toString('hex')}`;
    await store.put('documents', probe, Buffer.from('written by notify doctor\n'));
    await store.delete('documents', probe);
    return ok(storedFiles, `bucket ${bucket} can be written`);
  } catch (error) {
    const hint = 'Check NOTIFY_S3_BUCKET, NOTIFY_S3_ENDPOINT, NOTIFY_S3_REGION and the credentials of AWS.';
    return wrong(storedFiles, messageOf(error), hint);
  } finally {
    await store.close();
  }
}

/** Whether a folder takes files, or can be made. */
export async function checkFolder(name: string, folder: string, hint: string): Promise<Check> {
  try {
    const existing = await nearestFolder(folder);
    if (existing !== folder) {
      await access(existing, constants.W_OK | constants.X_OK);
      return ok(name, `${folder} is not there yet and can be made`);
    }
    const probe = join(folder, `.doctor-${process.pid}-${randomBytes(4).toString('hex')}`);
    try {
      await writeFile(probe, 'written by notify doctor\n', { flag: 'wx', mode: 0o600, flush: true });
    } finally {
      await rm(probe, { force: true });
    }
    return ok(name, `${folder} can be written`);
  } catch (error) {
    return wrong(name, `${folder} cannot be written: ${messageOf(error)}`, hint);
  }
}

/** Whether there is room on the disks of some folders: the one with the least decides. */
export async function checkDisk(folders: readonly string[]): Promise<Check> {
  const name = 'disk';
  try {
    const rooms = await Promise.all(folders.map(readRoom));
    const { folder, free, total } = rooms.toSorted((a, b) => a.free - b.free)[0]!;
    const message = `${(free / gibibyte).toFixed(1)} GiB of ${(total / gibibyte).toFixed(1)} GiB free in ${folder}`;
    const hint = 'Free space: a full disk stops the database.';
    if (free < littleBytes) return wrong(name, message, hint);
    return free < enoughBytes ? warning(name, message, hint) : ok(name, message);
  } catch (error) {
    return warning(name, `the free space cannot be determined: ${messageOf(error)}`, null);
  }
}

async function readRoom(folder: string): Promise<{ folder: string; free: number; total: number }> {
  const { bavail, blocks, bsize } = await statfs(await nearestFolder(folder));
  return { folder, free: bavail * bsize, total: blocks * bsize };
}

/** The folder itself, or the nearest one above it that exists. Throws for what is no folder. */
async function nearestFolder(path: string): Promise<string> {
  try {
    if ((await stat(path)).isDirectory()) return path;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return nearestFolder(dirname(path));
  }
  throw new Error(`${path} is no folder`);
}
