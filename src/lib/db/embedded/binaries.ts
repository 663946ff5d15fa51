import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { canEnter, isRoot, type Account } from './account.ts';
import { copyBinaries } from './binary-copy.ts';
import { makeMissingLinks } from './binary-links.ts';
import type { BinaryPackage } from './binary-package.ts';

/** The programs of one PostgreSQL version, ready to run. */
export interface Binaries {
  /** For example `18.4`. */
  readonly version: string;
  readonly bin: string;
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
}

/**
 * Makes the programs of a package runnable by `account`: where they are, with the missing links made; or, when the
 * account cannot get there or the links cannot be made, as a copy (for root in `copiesOfRoot`, otherwise in
 * `ownFolder`).
 */
export async function prepareBinaries(
  source: BinaryPackage,
  account: Account | null,
  ownFolder: string,
  copiesOfRoot = '/var/cache/notify',
): Promise<Binaries> {
  if (await isUsableInPlace(source, account)) return describe(source, source.folder);
  const copies = isRoot() ? copiesOfRoot : path.join(ownFolder, 'binaries');
  return describe(source, await copyBinaries(source, copies));
}

async function isUsableInPlace(source: BinaryPackage, account: Account | null): Promise<boolean> {
  const { initdb, bin } = describe(source, source.folder);
  try {
    if (account !== null && !(await canEnter(account, bin))) return false;
    await access(initdb, constants.X_OK);
    await makeMissingLinks(source.folder);
    return true;
  } catch {
    return false;
  }
}

/** The major version of a package's programs, for example 18. */
export function majorOf(source: BinaryPackage): number {
  return Number(source.version.split('.')[0]);
}

function describe(source: BinaryPackage, folder: string): Binaries {
  const bin = path.join(folder, 'native', 'bin');
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const [major = '', minor = ''] = source.version.split('.');
  return {
    version: `${major}.${minor}`,
    bin,
    initdb: path.join(bin, `initdb${suffix}`),
    postgres: path.join(bin, `postgres${suffix}`),
    pgCtl: path.join(bin, `pg_ctl${suffix}`),
  };
}
