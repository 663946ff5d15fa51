// Writes the reference pages of docs/generated from the code, or with --check fails when they are out of date.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cliPage } from './docs/cli-page.ts';
import { configPage } from './docs/config-page.ts';
import { errorsPage } from './docs/errors-page.ts';
import { metricsPage } from './docs/metrics-page.ts';
import { openApiDocument } from './docs/openapi-document.ts';
import { queuesPage } from './docs/queues-page.ts';

const folder = fileURLToPath(new URL('../docs/generated/', import.meta.url));
const isCheck = process.argv.includes('--check');

const pages: Record<string, string> = {
  'cli.md': await cliPage(),
  'config.md': configPage(),
  'errors.md': errorsPage(),
  'metrics.md': await metricsPage(),
  'openapi.json': await openApiDocument(),
  'queues.md': queuesPage(),
};

const stale: string[] = [];
mkdirSync(folder, { recursive: true });
for (const [name, content] of Object.entries(pages)) {
  const path = `${folder}${name}`;
  if (existsSync(path) && readFileSync(path, 'utf8') === content) continue;
  if (isCheck) stale.push(`docs/generated/${name}`);
  else writeFileSync(path, content);
}
if (stale.length > 0) {
  console.error(`Out of date: ${stale.join(', ')}. Run: npm run docs:generate`);
  process.exitCode = 1;
} else {
  console.log(`docs/generated: ${Object.keys(pages).length} pages are ${isCheck ? 'up to date' : 'written'}`);
}
