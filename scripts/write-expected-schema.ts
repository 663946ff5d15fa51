/**
 * Writes `migrations/expected-schema.json`, with which `notify doctor` compares a database: the shape of a freshly
 * migrated one. Run it after adding a migration.
 */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { openDatabase } from '../src/lib/db/database.ts';
import { openEmbeddedDatabase } from '../src/lib/db/embedded/embedded-database.ts';
import { describeExpectedSchema, expectedSchemaFile } from '../src/lib/db/expected-schema.ts';
import { migrateDatabase } from '../src/lib/db/migrate-database.ts';
import { schemaSteps } from '../src/lib/schema-steps.ts';

const folder = await mkdtemp(join(tmpdir(), 'notify-expected-schema-'));
try {
  // As root, the server runs under another account, which must get to its data.
  await chmod(folder, 0o755);
  const server = await openEmbeddedDatabase({ stateDir: join(folder, 'state') });
  const db = openDatabase({ url: server.url, poolSize: 1, applicationName: 'notify write-expected-schema' });
  try {
    await migrateDatabase({ url: server.url, steps: schemaSteps });
    const text = JSON.stringify(await describeExpectedSchema(db));
    const options = await resolveConfig(expectedSchemaFile);
    await writeFile(expectedSchemaFile, await format(text, { ...options, parser: 'json', objectWrap: 'preserve' }));
  } finally {
    await db.close();
    await server.release();
    await rm(server.dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
console.log(`Wrote ${expectedSchemaFile}`);
