#!/usr/bin/env node
// Runs the TypeScript sources directly: no build, no manifest.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../src/lib/cli/run-program.ts';

const root = join(import.meta.dirname, '..');
const pjson = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
await runProgram({
  root,
  ignoreManifest: true,
  pjson: { ...pjson, oclif: { ...pjson.oclif, commands: './src/commands' } },
});
