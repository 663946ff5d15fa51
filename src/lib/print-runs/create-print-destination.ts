import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import { AppError } from '../core/errors.ts';
import { createFolderDestination } from './folder-destination.ts';
import { createNoDestination } from './no-destination.ts';
import type { PrintDestination } from './print-destination.ts';
import { createSftpDestination } from './sftp-destination.ts';

export type PrintConfig = Pick<
  Config,
  'printSftpUrl' | 'printSftpKey' | 'printSftpHostKey' | 'printFolder' | 'printApiUrl' | 'printResponses' | 'stateDir'
>;

const sftpPort = 22;
const defaultDirectory = 'notify';
const timeoutMs = 30_000;

/**
 * The destination that the configuration names: an SFTP server, a folder, none where letters go to an API, else the outbox of
 * the state folder. Nothing is connected or made before the first file.
 *
 * @throws AppError CONFIG_INVALID
 */
export function createPrintDestination(config: PrintConfig): PrintDestination {
  const { printSftpUrl, printFolder, printApiUrl, stateDir } = config;
  assertOne({
    NOTIFY_PRINT_API_URL: printApiUrl,
    NOTIFY_PRINT_SFTP_URL: printSftpUrl,
    NOTIFY_PRINT_FOLDER: printFolder,
  });
  if (printApiUrl !== null) {
    if (config.printResponses === 'server')
      throw new AppError('CONFIG_INVALID', "NOTIFY_PRINT_RESPONSES is 'server', and NOTIFY_PRINT_API_URL names none");
    return createNoDestination(printApiUrl);
  }
  if (printSftpUrl === null)
    return printFolder === null
      ? createFolderDestination(join(stateDir, 'outbox'), 'outbox')
      : createFolderDestination(printFolder, 'folder');
  const url = new URL(printSftpUrl);
  const [user, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  if (user === '')
    throw new AppError('CONFIG_INVALID', 'NOTIFY_PRINT_SFTP_URL names no user: expected sftp://user@host');
  if (password === '' && config.printSftpKey === null)
    throw new AppError('CONFIG_INVALID', 'NOTIFY_PRINT_SFTP_URL has no password, and NOTIFY_PRINT_SFTP_KEY is not set');
  const directory = decodeURIComponent(url.pathname.slice(1)).replace(/\/+$/, '');
  return createSftpDestination({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? sftpPort : Number(url.port),
    user,
    password: password === '' ? null : password,
    privateKey: config.printSftpKey,
    hostKeys: config.printSftpHostKey,
    directory: directory === '' ? defaultDirectory : directory,
    timeoutMs,
  });
}

function assertOne(places: Readonly<Record<string, string | null>>): void {
  const named = Object.keys(places).filter((name) => places[name] !== null);
  if (named.length > 1) throw new AppError('CONFIG_INVALID', `${named.join(' and ')} are set: expected one of them`);
}
