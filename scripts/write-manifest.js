// Writes oclif.manifest.json, with which no command has to be imported to print help or to find another.
import { renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Plugin } from '@oclif/core';

const root = fileURLToPath(new URL('..', import.meta.url));
const plugin = new Plugin({
  root,
  type: 'core',
  ignoreManifest: true,
  errorOnManifestCreate: true,
  respectNoCacheDefault: true,
});
await plugin.load();
const manifest = fileURLToPath(new URL('../oclif.manifest.json', import.meta.url));
const fresh = `${manifest}.${process.pid}`;
writeFileSync(fresh, `${JSON.stringify(plugin.manifest, null, 2)}\n`);
renameSync(fresh, manifest);
