import { access, lstat, readFile, rm, symlink } from 'node:fs/promises';
import path from 'node:path';

/**
 * Makes the links between libraries that an npm package cannot carry and its install script would make.
 *
 * @throws the file system's error when a missing link cannot be made
 */
export async function makeMissingLinks(packageFolder: string): Promise<void> {
  for (const { source, target } of await readLinks(packageFolder)) {
    const link = path.join(packageFolder, target);
    if (await isThere(link)) continue;
    // A link that leads nowhere.
    if (await lstat(link).catch(() => null)) await rm(link, { force: true });
    try {
      await symlink(path.relative(path.dirname(target), source), link);
    } catch (error) {
      // Another starter made it meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

async function readLinks(packageFolder: string): Promise<{ source: string; target: string }[]> {
  const text = await readFile(path.join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  return JSON.parse(text) as { source: string; target: string }[];
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
