import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import { AppError } from '../core/errors.ts';
import { createFolderDestination } from './folder-destination.ts';
import type { PrintDestination } from './print-destination.ts';
import { createSftpDestination } from './sftp-destination.ts';

export type PrintConfig = Pick<
  Config,
  'printSftpUrl' | 'printSftpKey' | 'printSftpHostKey' | 'printFolder' | 'stateDir'
>;

const sftpPort = 22;
const defaultDirectory = 'notify';
const timeoutMs = 30_000;

/**
 * The destination that the configuration names: an SFTP server, a folder, else the outbox of the state folder. Nothing is
 * connected or made before the first file.
 *
 * @throws AppError CONFIG_INVALID
 */
export function createPrintDestination(config: PrintConfig): PrintDestination {
  const { printSftpUrl, printFolder, stateDir } = config;
  if (printSftpUrl === null)
    return printFolder === null
      ? createFolderDestination(join(stateDir, 'outbox'), 'outbox')
      : createFolderDestination(printFolder, 'folder');
  if (printFolder !== null)
    throw new AppError('CONFIG_INVALID', 'NOTIFY_PRINT_SFTP_URL and NOTIFY_PRINT_FOLDER are set: expected one of them');
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
