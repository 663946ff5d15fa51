import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { parseSecretKeys } from '../../src/lib/config/secret-keys.ts';
import { sendOne } from '../../src/lib/notifications/send-one.ts';
import { openExport } from '../../src/lib/transfer/read-export.ts';
import { anApiKey, aService, aTemplate } from '../support/builders.ts';
import { temporaryFolder } from '../support/folders.ts';
import { storedJobs } from '../support/queue-probe.ts';
import { useTestApps } from '../support/test-app.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { contentOf, exportTo, importFrom, withHeader } from '../support/transfer.ts';

const databases: TestDatabase[] = [];
// Hooks run last to first: the apps of a test are closed before.
afterEach(async () => {
  for (const database of databases.splice(0)) await database.drop();
});
const anApp = useTestApps();

async function aDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const database = await createTestDatabase(options);
  databases.push(database);
  return database;
}

describe('an import', () => {
  /** An export of a filled database, and a fresh database that must stay as it is. */
  async function prepared(): Promise<{ file: string; target: TestDatabase; untouched: () => Promise<void> }> {
    const app = await anApp();
    const service = await aService(app);
    await anApiKey(app, service.id);
    const template = await aTemplate(app, service.id);
    const input = { templateId: template.id, to: '07700900100', clientReference: null, senderId: null };
    await sendOne(app, { ...input, personalisation: { name: 'Zoë' } });
    const file = join(await temporaryFolder(), 'backup.notify');
    await exportTo(file, app.databaseUrl);
    const target = await aDatabase();
    const before = await contentOf(target.db);
    return {
      file,
      target,
      async untouched() {
        expect(await contentOf(target.db)).toEqual(before);
        expect(await storedJobs(target.db)).toEqual([]);
      },
    };
  }

  it('is refused where there is anything already', async () => {
    const { file, target } = await prepared();
    await importFrom(file, target.url);
    await expect(importFrom(file, target.url)).rejects.toMatchObject({ code: 'REFUSED' });
    const app = await anApp();
    await aService(app);
    await expect(importFrom(file, app.databaseUrl)).rejects.toMatchObject({ code: 'REFUSED' });
  });

  it('is not refused where a server only reconciled its providers', async () => {
    const { file, target } = await prepared();
    await target.db.query(`INSERT INTO provider_details_history SELECT id, display_name, identifier, priority,
      notification_type, NOT active, supports_international, 'x', created_by_id, 2, created_at, updated_at FROM provider_details`);
    await expect(importFrom(file, target.url)).resolves.toMatchObject({ jobs: 1 });
  });

  it('needs a migrated database', async () => {
    const { file } = await prepared();
    const empty = await aDatabase({ empty: true });
    await expect(importFrom(file, empty.url)).rejects.toMatchObject({ code: 'SCHEMA_PENDING', kind: { exitCode: 78 } });
  });

  it.each([
    ['SCHEMA_NEWER', ['0001_create_core', '9999_from_the_future']],
    ['SCHEMA_PENDING', []],
  ])('of another schema is %s', async (code, migrations) => {
    const { file, target, untouched } = await prepared();
    const other = await withHeader(file, (header) => ({ ...header, migrations }));
    await expect(importFrom(other, target.url)).rejects.toMatchObject({ code, kind: { exitCode: 78 } });
    await untouched();
  });

  it('is refused without the keys of its secrets, also when another key has the same id', async () => {
    const { file, target, untouched } = await prepared();
    const others = ['k2', 'test1'].map((id) => parseSecretKeys(`${id}:${Buffer.alloc(32, 5).toString('base64')}`));
    for (const keys of [...others, []]) {
      await expect(importFrom(file, target.url, { secretKeys: keys })).rejects.toMatchObject({
        code: 'REFUSED',
        details: { keys: ['test1'] },
      });
    }
    await untouched();
    const accepted = await importFrom(file, target.url, { secretKeys: [], acceptMissingKeys: true });
    expect(accepted.missingKeys.map(({ id }) => id)).toEqual(['test1']);
  });

  it('of a damaged file changes nothing', async () => {
    const { file, target, untouched } = await prepared();
    const bytes = await readFile(file);
    const inside = gunzipSync(bytes);
    const flipped = Buffer.from(inside);
    flipped[inside.length - 500]! ^= 4;
    const damages = [
      bytes.subarray(0, bytes.length - 1),
      bytes.subarray(0, bytes.length / 2),
      gzipSync(flipped),
      gzipSync(inside.subarray(0, inside.length - 69)),
      gzipSync(Buffer.concat([inside, inside])),
    ];
    for (const [index, damage] of damages.entries()) {
      await expect(importFrom(damage, target.url), `damage ${index}`).rejects.toMatchObject({ code: 'CHECK_FAILED' });
      await untouched();
    }
  });

  it.each(['created_at', 'migrations', 'tables', 'jobs', 'secret_keys'])(
    'of a file whose header has lost its %s changes nothing',
    async (name) => {
      const { file, target, untouched } = await prepared();
      const damaged = await withHeader(file, (header) => ({ ...header, [name]: undefined }));
      await expect(importFrom(damaged, target.url)).rejects.toMatchObject({
        code: 'CHECK_FAILED',
        message: 'The export is damaged: its header is not complete',
      });
      await untouched();
    },
  );

  it('of rows that the header does not announce changes nothing', async () => {
    const { file, target, untouched } = await prepared();
    const oneMore = await withHeader(file, (header) => ({
      ...header,
      tables: header.tables.map(({ name, rows }) => ({ name, rows: rows + (name === 'users' ? 1 : 0) })),
    }));
    await expect(importFrom(oneMore, target.url)).rejects.toMatchObject({
      code: 'CHECK_FAILED',
      message: 'The export is damaged: the table users does not have 2 rows',
    });
    await untouched();
  });

  it('that is given up changes nothing', async () => {
    const { file, target, untouched } = await prepared();
    const controller = new AbortController();
    const onProgress = (done: number): void => void (done > 30 && controller.abort());
    await expect(importFrom(file, target.url, { onProgress, signal: controller.signal })).rejects.toThrow();
    await untouched();
  });

  it.each([
    ['a text', Buffer.from('Dear Sir or Madam')],
    ['another compressed file', gzipSync('Dear Sir or Madam')],
  ])('says that %s is no export', async (_, bytes) => {
    await expect(openExport(Readable.from([bytes]))).rejects.toMatchObject({ kind: { exitCode: 2 } });
  });

  it('says that an empty file was cut off', async () => {
    await expect(openExport(Readable.from([Buffer.alloc(0)]))).rejects.toMatchObject({ code: 'CHECK_FAILED' });
  });

  it('names a file that is not there', async () => {
    await expect(openExport('/nonexistent/backup')).rejects.toMatchObject({
      code: 'USAGE_INVALID',
      message: "FILE is '/nonexistent/backup', which does not exist: expected an export, or - for standard input",
    });
  });
});
