import { constants } from 'node:fs';
import { copyFile, open, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { giveToFolderOwner } from './own-files.ts';

/** The log of the server, in our own folder: the server writes through a handle that we open. */
export interface ServerLog {
  readonly file: string;
}

const maxBytes = 4 * 1024 * 1024;
const tailBytes = 64 * 1024;

export function serverLogOf(home: string): ServerLog {
  return { file: path.join(home, 'postgres.log') };
}

/** Opens the log for a server to append to. */
export async function openServerLog(log: ServerLog): Promise<FileHandle> {
  // No link is followed: as root we must not append to whatever somebody put there.
  const noFollow = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW;
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | noFollow;
  const handle = await open(log.file, flags, 0o600);
  await giveToFolderOwner(handle, log.file);
  return handle;
}

/**
 * Keeps the log below a few megabytes: moves the content to `postgres.log.1` and empties the file. The server appends, so
 * it goes on writing at the new end.
 */
export async function boundServerLog(log: ServerLog): Promise<void> {
  try {
    if ((await stat(log.file)).size < maxBytes) return;
    // Never through a link that somebody put there.
    await rm(`${log.file}.1`, { force: true });
    await copyFile(log.file, `${log.file}.1`, constants.COPYFILE_EXCL);
    await using handle = await openServerLog(log);
    await handle.truncate(0);
  } catch {
    // A log that cannot be bounded now is bounded later.
  }
}

/** The bytes in the log now: where the messages of a server about to be started will begin. */
export async function logLength(log: ServerLog): Promise<number> {
  return stat(log.file).then(
    ({ size }) => size,
    () => 0,
  );
}

/** The end of the log, from `offset` on at most. */
export async function readLogTail(log: ServerLog, offset = 0): Promise<string> {
  try {
    await using handle = await open(log.file, 'r');
    const { size } = await handle.stat();
    const start = Math.max(offset > size ? 0 : offset, size - tailBytes);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
    return buffer.toString('utf8', 0, bytesRead);
  } catch {
    return '';
  }
}
