import { randomBytes } from 'node:crypto';
import {
  chmod,
  copyFile,
  constants,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { makeMissingLinks } from './binary-links.ts';
import type { BinaryPackage } from './binary-package.ts';
import { makePublicFolder } from './own-files.ts';

const markerName = 'complete.json';

interface Marker {
  version: string;
  files: number;
  bytes: number;
}

/**
 * Copies a package's programs to `<copies>/postgres-<version>`, readable by everyone, and returns that folder. A complete
 * copy is used again. The copy is made beside and renamed, so a reader never sees half of it and two copiers do not
 * clash; a marker written last tells a complete copy.
 */
export async function copyBinaries(source: BinaryPackage, copies: string): Promise<string> {
  const target = path.join(copies, `postgres-${source.version}`);
  const expected = { version: source.version, ...(await measure(path.join(source.folder, 'native'))) };
  if (await isComplete(target, expected)) return target;

  await makePublicFolder(copies);
  const unique = `${process.pid}-${randomBytes(4).toString('hex')}`;
  const fresh = `${target}.copying-${unique}`;
  try {
    await mkdir(fresh, { mode: 0o755 });
    await copyFolder(path.join(source.folder, 'native'), path.join(fresh, 'native'));
    await makeMissingLinks(fresh);
    await writeFile(path.join(fresh, markerName), JSON.stringify(expected), { mode: 0o644 });
    await chmod(fresh, 0o755);
    await moveIntoPlace(fresh, target, expected, unique);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return target;
}

async function moveIntoPlace(fresh: string, target: string, expected: Marker, unique: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await rename(fresh, target);
      return;
    } catch (error) {
      if (await isComplete(target, expected)) return;
      if (attempt === 3) throw error;
      // What stands there is damaged, or of another build: put it aside.
      const damaged = `${target}.damaged-${unique}`;
      await rename(target, damaged).catch(() => undefined);
      await rm(damaged, { recursive: true, force: true });
    }
  }
}

async function isComplete(target: string, expected: Marker): Promise<boolean> {
  try {
    const marker = JSON.parse(await readFile(path.join(target, markerName), 'utf8')) as Marker;
    if (JSON.stringify(marker) !== JSON.stringify(expected)) return false;
    const { files, bytes } = await measure(path.join(target, 'native'));
    return files === expected.files && bytes === expected.bytes;
  } catch {
    return false;
  }
}

/** Counts the regular files below a folder and their bytes; links do not count. */
async function measure(folder: string): Promise<{ files: number; bytes: number }> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => (await lstat(path.join(entry.parentPath, entry.name))).size),
  );
  return { files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

async function copyFolder(from: string, to: string): Promise<void> {
  await mkdir(to, { mode: 0o755 });
  // The umask of root may be 077.
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) await copyFolder(source, target);
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
    else {
      await copyFile(source, target, constants.COPYFILE_FICLONE);
      await chmod(target, path.basename(from) === 'bin' ? 0o755 : 0o644);
    }
  }
}
