import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { AppError, messageOf } from '../../core/errors.ts';
import { databaseName } from './cluster.ts';
import { findPostmaster } from './postmaster.ts';
import type { RunningServer } from './server.ts';

const answerMs = 15_000;

const tooManyConnections = '53300';
const noSuchDatabase = '3D000';
const databaseExists = '42P04';
const passwordRefused = new Set(['28P01', '28000']);

export interface AccessInput {
  readonly server: RunningServer;
  readonly dataDir: string;
  readonly password: string;
  /** True when the database `notify` cannot be there yet. */
  readonly isNew: boolean;
}

/** What a connection showed: the server's version, for example `18.4`; or that it ended meanwhile. */
export type Access = { readonly version: string | null } | 'gone';

/**
 * Connects once to prove that a server is the one of `dataDir` and accepts our password; creates the database `notify`
 * when it is missing (a new cluster, or one whose first start was interrupted).
 *
 * @returns a null version when all connections of the server are taken
 * @throws AppError DATABASE_UNUSABLE when it does not answer, refuses the password or serves another folder
 */
export async function proveAccess({ server, dataDir, password, isNew }: AccessInput): Promise<Access> {
  const deadline = performance.now() + answerMs;
  for (let isMissing = isNew; ;) {
    try {
      if (isMissing) await createDatabase(server.port, password);
      isMissing = false;
      return {
        version: await withClient(server.port, password, databaseName, (client) => readVersion(client, dataDir)),
      };
    } catch (error) {
      if (error instanceof AppError) throw error;
      const code = (error as { code?: string }).code ?? '';
      if (code === tooManyConnections) return { version: null };
      if (passwordRefused.has(code)) throw passwordMismatch(dataDir, error);
      if (code === noSuchDatabase) isMissing = true;
      else if (code === databaseExists) isMissing = false;
      else if ((await findPostmaster(dataDir))?.pid !== server.pid) return 'gone';
      else if (performance.now() > deadline) throw noAnswer(server.port, dataDir, error);
      else await sleep(50);
    }
  }
}

async function readVersion(client: pg.Client, dataDir: string): Promise<string> {
  const { rows } = await client.query<{ version: string; folder: string }>(
    `SELECT current_setting('server_version') AS version, current_setting('data_directory') AS folder`,
  );
  const { version, folder } = rows[0]!;
  // The pid may have come with a copied folder, and the copy has the password of the original, too.
  const [served, ours] = await Promise.all([stat(folder).catch(() => null), stat(dataDir)]);
  if (served !== null && (served.dev !== ours.dev || served.ino !== ours.ino))
    throw new AppError('DATABASE_UNUSABLE', `The server that answers for ${dataDir} serves ${folder}.`, {
      hint: `If ${dataDir} is a copy, delete its file postmaster.pid.`,
    });
  return version.split(' ')[0]!;
}

async function createDatabase(port: number, password: string): Promise<void> {
  await withClient(port, password, 'postgres', (client) => client.query(`CREATE DATABASE ${databaseName}`));
}

async function withClient<Result>(
  port: number,
  password: string,
  database: string,
  use: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({
    ...{ host: '127.0.0.1', port, user: databaseName, password, database },
    // Said explicitly, because PGSSLMODE may say otherwise.
    ssl: false,
    connectionTimeoutMillis: answerMs,
  });
  // A connection that breaks also makes its query fail; without a listener it would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function passwordMismatch(dataDir: string, cause: unknown): AppError {
  return new AppError(
    'DATABASE_UNUSABLE',
    `The server of ${dataDir} does not accept the password in the state folder.`,
    {
      hint: 'Put the original file "password" back; or delete it while no notify runs, and the next start sets a new one.',
      cause,
    },
  );
}

function noAnswer(port: number, dataDir: string, cause: unknown): AppError {
  return new AppError(
    'DATABASE_UNUSABLE',
    `The embedded server of ${dataDir} runs but does not answer on 127.0.0.1:${port}: ${messageOf(cause)}`,
    { hint: 'See its log, postgres.log in the state folder.', cause },
  );
}
