import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../core/errors.ts';

/** The system account the server runs as. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** True when we run with an identity that PostgreSQL refuses. */
export function isRoot(): boolean {
  return process.platform !== 'win32' && process.geteuid?.() === 0;
}

/**
 * The account for a new cluster: null, meaning our own, unless we are root; then the existing account `postgres`, else
 * `nobody`. Never creates one.
 *
 * @throws AppError DATABASE_UNUSABLE when root finds neither
 */
export async function chooseAccount(passwdFile = '/etc/passwd'): Promise<Account | null> {
  if (!isRoot()) return null;
  const passwd = await readFile(passwdFile, 'utf8').catch(() => '');
  const account = findAccount(passwd, 'postgres') ?? findAccount(passwd, 'nobody');
  if (account !== null) return account;
  throw new AppError(
    'DATABASE_UNUSABLE',
    'PostgreSQL refuses to run as root, and this system has neither an account "postgres" nor "nobody".',
    { hint: 'Run as an ordinary user, or set DATABASE_URL.' },
  );
}

/**
 * The account of an existing cluster: null, meaning our own, unless we are root; then whoever owns the data, because
 * PostgreSQL accepts nobody else.
 *
 * @throws AppError DATABASE_UNUSABLE when the data belongs to root
 */
export async function accountOfOwner(dataDir: string): Promise<Account | null> {
  if (!isRoot()) return null;
  const { uid, gid } = await stat(dataDir);
  if (uid !== 0) return { name: `uid ${uid}`, uid, gid };
  throw new AppError(
    'DATABASE_UNUSABLE',
    `The database folder ${dataDir} belongs to root, and PostgreSQL refuses root.`,
    {
      hint: `Give it to the account of the server, for example: chown -R postgres:postgres ${dataDir}`,
    },
  );
}

/**
 * Says whether an account may enter a folder: it needs the x bit on every folder of the path. Access control lists are
 * not read; an account that has access by them alone counts as shut out.
 */
export async function canEnter(account: Account, folder: string): Promise<boolean> {
  for (let current = path.resolve(folder); ; current = path.dirname(current)) {
    const { uid, gid, mode } = await stat(current);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (current === path.dirname(current)) return true;
  }
}

/** The `uid` and `gid` options of `spawn` that make a child run as an account. */
export function spawnIdentity(account: Account | null): { uid?: number; gid?: number } {
  return account === null ? {} : { uid: account.uid, gid: account.gid };
}

function findAccount(passwd: string, name: string): Account | null {
  for (const line of passwd.split('\n')) {
    const [lineName, , uid, gid] = line.split(':');
    if (lineName === name && uid !== '0' && /^-?\d+$/.test(uid ?? '') && /^-?\d+$/.test(gid ?? ''))
      return { name, uid: Number(uid), gid: Number(gid) };
  }
  return null;
}
