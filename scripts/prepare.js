// `npm ci` builds the program in a clone. Installed packages come built, and an install without development
// dependencies has no compiler.
import { existsSync } from 'node:fs';

const hasSources = existsSync(new URL('../src', import.meta.url));
const hasCompiler = existsSync(new URL('../node_modules/typescript', import.meta.url));
if (hasSources && hasCompiler) await import('./build.js');
