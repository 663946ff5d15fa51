// Compiles src to dist and writes the oclif manifest. Plain JavaScript: it also runs where only an older Node is found.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const node = process.execPath;

function run(...args) {
  const { status, error } = spawnSync(node, args, { cwd: root, stdio: 'inherit' });
  if (status === 0) return;
  if (error) console.error(error.message);
  process.exit(status ?? 1);
}

rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true });
rmSync(new URL('../oclif.manifest.json', import.meta.url), { force: true });
run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json');
run('scripts/write-manifest.js');
