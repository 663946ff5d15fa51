import { createHash, timingSafeEqual } from 'node:crypto';
import type { ConnectOptions } from 'ssh2-sftp-client';
import type SftpClient from 'ssh2-sftp-client';
import type { SFTPWrapper } from 'ssh2';
import { AppError, isAppError, messageOf } from '../core/errors.ts';
import { temporaryName, type PrintDestination } from './print-destination.ts';
import { writePipelined } from './write-pipelined.ts';

export interface SftpAccess {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | null;
  /** Private key, as PEM or in OpenSSH's form. */
  readonly privateKey: string | null;
  /** Fingerprints `SHA256:…` of host keys that are taken; null = none is known yet, `any` = every server is believed. */
  readonly hostKeys: readonly string[] | 'any' | null;
  /** Below the login folder, or absolute. */
  readonly directory: string;
  /** How long the server may be silent. */
  readonly timeoutMs: number;
}

/** The print provider's SFTP server. Connects with the first file and stays connected. */
export function createSftpDestination(access: SftpAccess): PrintDestination {
  const place = `sftp://${access.host}:${access.port}/${access.directory}`;
  let connection: Promise<Connection> | null = null;

  const connected = async (): Promise<Connection> => {
    const connecting = (connection ??= connect(access));
    try {
      return await connecting;
    } catch (error) {
      connection = null;
      throw error;
    }
  };
  const disconnect = async (): Promise<void> => {
    const closing = connection;
    connection = null;
    await closing?.then((opened) => opened.close()).catch(() => undefined);
  };

  return {
    kind: 'sftp',
    place,
    async put(file, signal) {
      try {
        const { client, sftp, folder } = await connected();
        const path = `${folder}/${file.name}`;
        if ((await sizeOf(client, path)) === file.bytes) return 'there';
        const temporary = `${folder}/${temporaryName(file.name)}`;
        await writePipelined(sftp, { path: temporary, content: file.content(), timeoutMs: access.timeoutMs, signal });
        await requireSize(client, temporary, file);
        await moveInPlace(client, temporary, path);
        await requireSize(client, path, file);
        return 'uploaded';
      } catch (error) {
        // The next attempt connects anew, and looks first whether the file is there.
        await disconnect();
        if (isAppError(error) || signal?.aborted) throw error;
        throw new AppError('PRINT_FAILED', `${place} did not take ${file.name}: ${messageOf(error)}`, { cause: error });
      }
    },
    close: disconnect,
  };
}

interface Connection {
  readonly client: SftpClient;
  readonly sftp: SFTPWrapper;
  /** Absolute path of the folder for zips. */
  readonly folder: string;
  close(): Promise<void>;
}

async function connect(access: SftpAccess): Promise<Connection> {
  const { default: Client } = await import('ssh2-sftp-client');
  const ignore = (): void => undefined;
  // An event of a connection that is lost is told by whoever waits for an answer, too.
  const client = new Client('notify', { error: ignore, end: ignore, close: ignore });
  let shown = '';
  const options: ConnectOptions = {
    host: access.host,
    port: access.port,
    username: access.user,
    readyTimeout: access.timeoutMs,
    keepaliveInterval: Math.ceil(access.timeoutMs / 3),
    keepaliveCountMax: 3,
    hostVerifier: (key: Buffer): boolean => {
      shown = fingerprintOf(key);
      return isKnownHost(access.hostKeys, shown);
    },
    ...(access.password !== null && { password: access.password }),
    ...(access.privateKey !== null && { privateKey: access.privateKey }),
  };
  try {
    const sftp = await client.connect(options);
    const folder = await client.realPath(access.directory === '' ? '.' : access.directory);
    if (folder === '') throw new Error(`there is no folder '${access.directory}'`);
    return { client, sftp, folder, close: async () => void (await client.end()) };
  } catch (error) {
    await client.end().catch(ignore);
    if (shown !== '' && !isKnownHost(access.hostKeys, shown)) throw unknownHost(access, shown);
    throw error;
  }
}

/** As `ssh-keygen -l` shows it. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

function isKnownHost(known: SftpAccess['hostKeys'], shown: string): boolean {
  if (known === 'any') return true;
  return (known ?? []).some(
    (one) => one.length === shown.length && timingSafeEqual(Buffer.from(one), Buffer.from(shown)),
  );
}

function unknownHost({ host, hostKeys }: SftpAccess, shown: string): AppError {
  const message =
    hostKeys === null
      ? `The host key of ${host} is not configured; the server shows ${shown}`
      : `The host key of ${host} is not one of the configured ones: the server shows ${shown}`;
  return new AppError('PRINT_HOST_UNKNOWN', message, {
    hint: 'Ask the print provider for the fingerprint of its host key, and set NOTIFY_PRINT_SFTP_HOST_KEY to it.',
    details: { host, shown },
  });
}

/** Null when there is no such file. */
async function sizeOf(client: SftpClient, path: string): Promise<number | null> {
  if (!(await client.exists(path))) return null;
  return (await client.stat(path)).size;
}

async function requireSize(client: SftpClient, path: string, { name, bytes }: { name: string; bytes: number }) {
  const size = await sizeOf(client, path);
  if (size === null) throw new Error(`Zip file ${name} not uploaded`);
  if (size !== bytes) throw new Error(`Zip file ${name} uploaded but size is incorrect: is ${size}, expected ${bytes}`);
}

/** A server without OpenSSH's extension replaces no file by renaming another one. */
async function moveInPlace(client: SftpClient, from: string, to: string): Promise<void> {
  try {
    await client.posixRename(from, to);
  } catch {
    if (await client.exists(to)) await client.delete(to);
    await client.rename(from, to);
  }
}
