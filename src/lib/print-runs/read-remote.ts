import type { FileEntryWithStats, SFTPWrapper } from 'ssh2';
import { AppError, messageOf } from '../core/errors.ts';
import type { ProviderFile } from './print-destination.ts';
import { watchSilence } from './watch-silence.ts';

/** What every server gives with one request. */
const requestBytes = 32 * 1024;
/** `SSH_FX_EOF`: there is no more. */
const endOfFile = 1;

interface Place {
  readonly path: string;
  readonly timeoutMs: number;
}

/**
 * The files in a folder of an SFTP server, without holding all of them.
 *
 * @throws Error when there is no such folder, the server is silent for `timeoutMs`, or the connection is lost
 */
export async function* listRemote(
  sftp: SFTPWrapper,
  { path, timeoutMs }: Place,
): AsyncGenerator<Omit<ProviderFile, 'folder'>, undefined> {
  const silence = watchSilence(sftp, timeoutMs);
  try {
    const handle = await silence.ends<Buffer>((done) => sftp.opendir(path, done));
    for (;;) {
      const entries = await silence
        .ends<FileEntryWithStats[] | false>((done) => sftp.readdir(handle, done))
        .catch(unlessEnd);
      if (entries === null || entries === false) break;
      for (const { filename, attrs } of entries) {
        if (!attrs.isFile()) continue;
        yield { name: filename, bytes: attrs.size, modifiedAt: new Date(attrs.mtime * 1000) };
      }
    }
    await silence.ends<void>((done) => sftp.close(handle, done));
  } finally {
    silence.stop();
  }
}

/**
 * The content of a file of an SFTP server, part by part. What it fails with is AppError PRINT_FAILED: whoever reads it has
 * nothing else to tell it by.
 */
export async function* readRemote(sftp: SFTPWrapper, { path, timeoutMs }: Place): AsyncGenerator<Buffer, undefined> {
  const silence = watchSilence(sftp, timeoutMs);
  try {
    const handle = await silence.ends<Buffer>((done) => sftp.open(path, 'r', done));
    let position = 0;
    for (;;) {
      const buffer = Buffer.allocUnsafe(requestBytes);
      const at = position;
      const bytes = await silence
        .ends<number>((done) => sftp.read(handle, buffer, 0, requestBytes, at, done))
        .catch(unlessEnd);
      if (bytes === null || bytes === 0) break;
      position += bytes;
      yield buffer.subarray(0, bytes);
    }
    await silence.ends<void>((done) => sftp.close(handle, done));
  } catch (error) {
    throw new AppError('PRINT_FAILED', `${path} of the print provider cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  } finally {
    silence.stop();
  }
}

function unlessEnd(error: unknown): null {
  if ((error as { code?: unknown }).code === endOfFile) return null;
  throw error;
}
