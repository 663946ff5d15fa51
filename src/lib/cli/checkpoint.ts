import { createHash } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { AppError } from '../core/errors.ts';
import { unreadableText } from '../core/file-error.ts';

/** How far a command over the lines of a file has come, kept in a file beside it. */
export interface Checkpoint {
  readonly file: string;
  /** Lines from the beginning that are done. */
  read(): Promise<number>;
  /** Notes that so many are; only after what was done for them is durable. */
  write(done: number): Promise<void>;
  remove(): Promise<void>;
}

/**
 * The checkpoint of a command over `lines` of `file`. It is of these lines alone: one that was written for others, or for
 * another `purpose`, is not believed.
 */
export function checkpointOf(file: string, lines: readonly string[], purpose: string): Checkpoint {
  const path = `${file}.checkpoint`;
  const digest = createHash('sha256')
    .update(JSON.stringify([purpose, lines]))
    .digest('hex');
  return {
    file: path,
    async read() {
      const { digest: of, done } = await parse(path);
      if (of !== digest) {
        throw new AppError('USAGE_INVALID', `${path} is of other lines or of another service than this command's`, {
          hint: `Delete it, and leave --resume out to begin with the first line.`,
        });
      }
      return done;
    },
    async write(done) {
      const next = `${path}.new`;
      await writeFile(next, `${JSON.stringify({ digest, done })}\n`, { mode: 0o600, flush: true });
      await rename(next, path);
    },
    remove: () => rm(path, { force: true }),
  };
}

async function parse(path: string): Promise<{ digest: string; done: number }> {
  try {
    const { digest, done } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    if (typeof digest === 'string' && Number.isInteger(done)) return { digest, done: done as number };
    throw new Error('it is no checkpoint');
  } catch (error) {
    throw new AppError(
      'USAGE_INVALID',
      unreadableText('The checkpoint of --resume', path, error, 'one of this command'),
      {
        hint: 'A replay that was interrupted before its first page left none: leave --resume out.',
      },
    );
  }
}
