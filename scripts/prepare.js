// `npm ci` builds the program in a clone and links its command. Installed packages come built, and an install without
// development dependencies has no compiler. npx runs this too: it must cost nothing when there is nothing to do.
import { existsSync, lstatSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isBuildStale } from './build-state.js';

const fromRoot = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

if (existsSync(fromRoot('src')) && existsSync(fromRoot('node_modules/typescript'))) {
  if (isBuildStale()) await import('./build.js');
  linkCommand();
}

/** Lets npx find `notify` beside the other tools; without the link it would install the clone into its cache first. */
function linkCommand() {
  if (process.platform === 'win32') return;
  const link = fromRoot('node_modules/.bin/notify');
  if (lstatSync(link, { throwIfNoEntry: false }) === undefined) symlinkSync('../../bin/run.js', link);
}
