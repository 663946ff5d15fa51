import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Version and build time of the program, from its own package. */
export function productVersion(): { version: string; commit: string; builtAt: string } {
  const path = fileURLToPath(new URL('../../../package.json', import.meta.url));
  const { version, gitHead } = JSON.parse(readFileSync(path, 'utf8')) as { version: string; gitHead?: string };
  return { version, commit: gitHead ?? version, builtAt: statSync(path).mtime.toISOString() };
}
