import { finished } from 'node:stream/promises';
import type { Readable, Writable } from 'node:stream';
import type pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { AppError } from '../core/errors.ts';
import { connectClient, toDatabaseError, type Queryable } from './database.ts';

/** One transaction on a connection of its own, which also moves whole tables. */
export interface CopySession extends Queryable {
  /** The rows of `COPY <source> TO STDOUT`, one line each. Read it to its end before anything else. */
  copyOut(source: string): Readable;
  /** Takes lines for `COPY <target> FROM STDIN`. End it before anything else. */
  copyIn(target: string): Writable & { readonly rowCount: number };
}

export interface CopySessionOptions {
  readonly url: string;
  readonly applicationName: string;
  /** `snapshot`: read-only, one moment for all that is read. `load`: writes, all or nothing. */
  readonly mode: 'snapshot' | 'load';
  /** Breaks the connection off, whatever it waits for. */
  readonly signal?: AbortSignal | undefined;
}

const lockTimeoutSeconds = 10;
const lockNotAvailable = '55P03';

// The text form of values must not depend on what a server or role has been told to prefer.
const settings = [
  `SET LOCAL datestyle = 'ISO, YMD'`,
  `SET LOCAL intervalstyle = 'postgres'`,
  `SET LOCAL bytea_output = 'hex'`,
  'SET LOCAL extra_float_digits = 1',
  'SET LOCAL statement_timeout = 0',
  'SET LOCAL idle_in_transaction_session_timeout = 0',
  // Behind a lock for long, others would queue behind us.
  `SET LOCAL lock_timeout = '${lockTimeoutSeconds}s'`,
].join('; ');

const begin = {
  snapshot: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
  load: 'BEGIN',
} as const;

/**
 * Runs `work` in one transaction: commits when it resolves, and leaves no trace when it throws.
 *
 * @throws AppError DATABASE_UNAVAILABLE when the connection cannot be made or is lost; LOCKED when a table stays locked
 */
export async function withCopySession<Result>(
  { url, applicationName, mode, signal }: CopySessionOptions,
  work: (session: CopySession) => Promise<Result>,
): Promise<Result> {
  const client = await connectClient(url, applicationName);
  const breakOff = (): void => void client.end();
  try {
    signal?.throwIfAborted();
    signal?.addEventListener('abort', breakOff);
    await client.query(begin[mode]);
    await client.query(settings);
    const result = await work({
      query: (statement) => client.query(statement as pg.QueryConfig),
      copyOut: (source) => watched(client.query(copyTo(`COPY ${source} TO STDOUT`))),
      copyIn: (target) => watched(client.query(copyFrom(`COPY ${target} FROM STDIN`))),
    });
    await client.query('COMMIT');
    return result;
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code === lockNotAvailable)
      throw new AppError('LOCKED', `A table stayed locked for ${lockTimeoutSeconds} s; nothing was changed`, {
        hint: 'Stop the servers and workers of this database, or try again later.',
        cause: error,
      });
    throw toDatabaseError(error);
  } finally {
    signal?.removeEventListener('abort', breakOff);
    // Without COMMIT, the end of the connection undoes everything, also in the middle of a COPY.
    await client.end();
  }
}

/** An error that comes while nobody reads or writes must not end the process: the next use of the stream reports it. */
function watched<Stream extends Readable | Writable>(stream: Stream): Stream {
  finished(stream).catch(() => undefined);
  return stream;
}
