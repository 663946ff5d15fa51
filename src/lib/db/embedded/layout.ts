import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError, messageOf } from '../../core/errors.ts';
import { canEnter, isRoot, type Account } from './account.ts';
import { makePublicFolder, writeOwnFile } from './own-files.ts';

/** Where the parts of one state folder's database are. */
export interface Layout {
  readonly stateDir: string;
  /** `<state folder>/postgres`: our own files (locks, password, log, location). */
  readonly home: string;
  readonly dataDir: string;
  /** True when the data is outside the state folder. */
  readonly isRelocated: boolean;
}

const relocatedRoot = '/var/lib/notify';

/** The folder of our own files within a state folder. */
export function homeOf(stateDir: string): string {
  return path.join(path.resolve(stateDir), 'postgres');
}

/** The file that names a cluster outside the state folder. */
export function locationFile(stateDir: string): string {
  return path.join(homeOf(stateDir), 'location');
}

/** Makes the folder of our own files. Others may pass through it to the data, but not list it. */
export async function createHome(stateDir: string): Promise<string> {
  const home = homeOf(stateDir);
  await mkdir(home, { recursive: true, mode: isRoot() ? 0o711 : 0o700 });
  // The umask of root may be 077.
  if (isRoot() && (await stat(home)).uid === 0) await chmod(home, 0o711);
  return home;
}

/** The layout as an earlier start left it, or as it would be inside the state folder. Changes nothing. */
export async function readLayout(stateDir: string): Promise<Layout> {
  const home = homeOf(stateDir);
  const inside: Layout = {
    stateDir: path.resolve(stateDir),
    home,
    dataDir: path.join(home, 'data'),
    isRelocated: false,
  };
  const location = await readFile(locationFile(stateDir), 'utf8').catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  });
  if (location === null) return inside;
  const dataDir = location.trim();
  if (!path.isAbsolute(dataDir))
    throw new AppError('DATABASE_UNUSABLE', `${locationFile(stateDir)} should name the database folder and does not.`, {
      hint: `It is usually ${relocatedFolder(stateDir)}.`,
    });
  return { ...inside, dataDir, isRelocated: true };
}

/**
 * The layout for a new cluster run by `account`: inside the state folder, or, when the account cannot get there, under
 * `/var/lib/notify`, which is then written down in the state folder.
 */
export async function chooseLayout(stateDir: string, account: Account | null): Promise<Layout> {
  const inside = await readLayout(stateDir);
  if (inside.isRelocated || account === null || (await canEnter(account, inside.home))) return inside;
  const dataDir = relocatedFolder(stateDir);
  try {
    await makePublicFolder(relocatedRoot);
  } catch (error) {
    throw new AppError('DATABASE_UNUSABLE', `${relocatedRoot} cannot be made: ${messageOf(error)}`, {
      hint: `Let the account "${account.name}" enter ${inside.home}, or set DATABASE_URL.`,
      cause: error,
    });
  }
  await writeOwnFile(locationFile(stateDir), `${dataDir}\n`, true);
  return { ...inside, dataDir, isRelocated: true };
}

/** Where the cluster of a state folder lives when its server's account cannot enter the state folder. */
export function relocatedFolder(stateDir: string): string {
  const name = createHash('sha256').update(path.resolve(stateDir)).digest('hex').slice(0, 12);
  return path.join(relocatedRoot, name);
}
