import { createHash, timingSafeEqual } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ConnectOptions } from 'ssh2-sftp-client';
import type SftpClient from 'ssh2-sftp-client';
import type { SFTPWrapper } from 'ssh2';
import { AppError, isAppError, messageOf } from '../core/errors.ts';
import { temporaryName, type PrintDestination, type ProviderFile } from './print-destination.ts';
import { listRemote, readRemote } from './read-remote.ts';
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
    const connecting: Promise<Connection> = (connection ??= connect(access, () => {
      // A server that hung up meanwhile is connected to anew.
      if (connection === connecting) connection = null;
    }));
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
    list: (directory) => listed(directory),
    async read({ folder: directory, name }) {
      const { sftp } = await reached(`${directory}/${name}`);
      const path = `${directory}/${name}`;
      const readable = Readable.from(readRemote(sftp, { path, timeoutMs: access.timeoutMs }), { objectMode: false });
      readable.on('error', ({ cause }) => void leaveUnlessAnswered(cause));
      return readable;
    },
    async check() {
      try {
        const { client, folder } = await connected();
        // Asked for its full name, OpenSSH gives one to folders that are not there, too.
        if ((await client.exists(folder)) !== 'd') throw new Error(`there is no folder '${access.directory}'`);
      } catch (error) {
        if (isAppError(error)) throw error;
        throw new AppError('PRINT_FAILED', `${place} cannot be reached: ${messageOf(error)}`, { cause: error });
      }
    },
    close: disconnect,
  };

  async function reached(what: string): Promise<Connection> {
    try {
      return await connected();
    } catch (error) {
      throw isAppError(error) ? error : unreadable(`${place} and its ${what}`, error);
    }
  }

  async function* listed(directory: string): AsyncGenerator<ProviderFile, undefined> {
    const { sftp } = await reached(directory);
    try {
      for await (const file of listRemote(sftp, { path: directory, timeoutMs: access.timeoutMs }))
        yield { folder: directory, ...file };
    } catch (error) {
      if (isAppError(error)) throw error;
      await leaveUnlessAnswered(error);
      throw unreadable(`'${directory}' of ${place}`, error);
    }
  }

  /** A server that says no, such as to a folder that is not there, is well: an upload may be going on beside. */
  async function leaveUnlessAnswered(error: unknown): Promise<void> {
    const isAnswer = typeof (error as { code?: unknown } | undefined)?.code === 'number';
    if (!isAnswer) await disconnect();
  }
}

function unreadable(what: string, error: unknown): AppError {
  return new AppError('PRINT_FAILED', `${what} cannot be read: ${messageOf(error)}`, { cause: error });
}

interface Connection {
  readonly client: SftpClient;
  readonly sftp: SFTPWrapper;
  /** Absolute path of the folder for zips. */
  readonly folder: string;
  close(): void;
}

async function connect(access: SftpAccess, onClose: () => void): Promise<Connection> {
  const { default: Client } = await import('ssh2-sftp-client');
  const ignore = (): void => undefined;
  // An event of a connection that is lost is told by whoever waits for an answer, too.
  const client = new Client('notify', { error: ignore, end: ignore, close: onClose });
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
    return { client, sftp, folder, close: () => hangUp(client) };
  } catch (error) {
    hangUp(client);
    if (shown !== '' && !isKnownHost(access.hostKeys, shown)) throw unknownHost(access, shown);
    throw error;
  }
}

/**
 * Hangs up: whatever mattered was answered. The library's own way waits for the server to hang up first, which one that fell
 * silent never does.
 */
function hangUp(client: SftpClient): void {
  // The connection itself, which the library keeps under this name.
  (client as unknown as { readonly client: { destroy(): void } }).client.destroy();
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
