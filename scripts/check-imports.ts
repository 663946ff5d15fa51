// Checks the import rules (.dependency-cruiser.cjs), and that they were held against every source file: a compiler that
// the tool does not understand would make it see nothing and find nothing.
import { join } from 'node:path';
import { cruiseSources } from './imports/cruise-sources.ts';

const { violations, unseen, seen } = await cruiseSources(join(import.meta.dirname, '..'));

for (const violation of violations) console.error(violation);
for (const file of unseen) console.error(`not looked at: ${file}`);
if (violations.length > 0 || unseen.length > 0 || seen === 0) {
  console.error(`Imports: ${violations.length} rules broken; ${seen} files seen, ${unseen.length} not.`);
  process.exitCode = 1;
} else {
  console.log(`Imports: ${seen} files keep the rules`);
}
