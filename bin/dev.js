#!/usr/bin/env node
// Runs the TypeScript sources directly: no build, no manifest.
import { readFileSync } from 'node:fs';
import { execute, settings } from '@oclif/core';

settings.enableAutoTranspile = false;
const root = new URL('..', import.meta.url).pathname;
const pjson = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
await execute({
  dir: import.meta.url,
  loadOptions: {
    root,
    ignoreManifest: true,
    pjson: { ...pjson, oclif: { ...pjson.oclif, commands: './src/commands' } },
  },
});
