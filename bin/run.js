#!/usr/bin/env node
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  process.stderr.write(
    `notify needs Node.js 24 or newer; this is ${process.version}. In a clone, run "npm ci" and use "npx notify".\n`,
  );
  process.exit(78);
}

const { enableCompileCache } = await import('node:module');
enableCompileCache?.();
const { runProgram } = await import('../dist/lib/cli/run-program.js');
await runProgram({ root: import.meta.dirname });
