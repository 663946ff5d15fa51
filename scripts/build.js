// Compiles src to dist and writes the oclif manifest. Plain JavaScript: it also runs where only an older Node is found.
import { spawnSync } from 'node:child_process';
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const fresh = join(root, `dist.${process.pid}.new`);
const old = join(root, `dist.${process.pid}.old`);

function run(...args) {
  const { status, error } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status === 0) return;
  if (error) console.error(error.message);
  rmSync(fresh, { recursive: true, force: true });
  process.exit(status ?? 1);
}

run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', fresh);
// Swapped in one step: processes that run the old build must not meet a folder that is half there.
moveAway(dist, old);
renameSync(fresh, dist);
rmSync(old, { recursive: true, force: true });
run('scripts/write-manifest.js');

function moveAway(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}
