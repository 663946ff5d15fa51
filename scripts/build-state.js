// Says whether the build is older than what it is made from. Plain JavaScript, as build.js.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** True when something the build reads is newer than what it wrote. */
export function isBuildStale() {
  const manifest = join(root, 'oclif.manifest.json');
  if (!existsSync(manifest) || !existsSync(join(root, 'dist'))) return true;
  // The manifest is written last.
  const builtAt = statSync(manifest).mtimeMs;
  const inputs = ['src', 'package.json', 'tsconfig.json', 'tsconfig.build.json', 'scripts/build.js'];
  return inputs.some((input) => newestChange(join(root, input)) > builtAt);
}

/** The latest modification of a file, or of a folder and all it holds; folders change when a file goes. */
function newestChange(path) {
  if (!existsSync(path)) return 0;
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return readdirSync(path).reduce((newest, name) => Math.max(newest, newestChange(join(path, name))), mtimeMs);
}
