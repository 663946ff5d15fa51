import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { revokeApiKey } from '../../src/lib/api-keys/revoke-api-key.ts';
import { insertVersioned, updateVersioned, type VersionedTable } from '../../src/lib/db/versioned.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { useTestApp } from '../support/test-app.ts';

const app = useTestApp();

const tables: readonly VersionedTable[] = ['services', 'api_keys', 'provider_details', 'templates'];

type Row = Readonly<Record<string, unknown>>;

async function rowOf(table: VersionedTable, id: string): Promise<Row | undefined> {
  return (await app.db.query({ text: `SELECT * FROM ${table} WHERE id = $1`, values: [id] })).rows[0];
}

async function historyOf(table: VersionedTable, id: string): Promise<Row[]> {
  const text = `SELECT * FROM ${table}_history WHERE id = $1 ORDER BY version`;
  return (await app.db.query({ text, values: [id] })).rows;
}

describe.each(tables)('%s_history', (table) => {
  it('has the columns of its table in the same order, without defaults', async () => {
    const columnsOf = async (name: string): Promise<{ name: string; type: string; default: string | null }[]> => {
      const { rows } = await app.db.query<{ name: string; type: string; default: string | null }>({
        text: `SELECT attname AS name, format_type(atttypid, atttypmod) AS type, pg_get_expr(adbin, adrelid) AS default
               FROM pg_attribute a LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
               WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
        values: [name],
      });
      return rows;
    };
    const columns = await columnsOf(table);
    expect(columns.length).toBeGreaterThan(5);
    expect(await columnsOf(`${table}_history`)).toEqual(columns.map((column) => ({ ...column, default: null })));
  });

  it('holds each version once', async () => {
    const { rows } = await app.db.query({
      text: `SELECT array_agg(attname::text ORDER BY position) AS columns FROM pg_constraint
             CROSS JOIN unnest(conkey) WITH ORDINALITY AS key (attnum, position)
             JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = key.attnum
             WHERE conrelid = $1::regclass AND contype = 'p'`,
      values: [`${table}_history`],
    });
    expect(rows).toEqual([{ columns: ['id', 'version'] }]);
  });

  it('has a copy of every row that the migrations made', async () => {
    const { rows } = await app.db.query(`SELECT id FROM ${table} EXCEPT SELECT id FROM ${table}_history`);
    expect(rows).toEqual([]);
  });
});

describe('a new row', () => {
  it('is version 1 and has a copy', async () => {
    const service = await aService(app);
    const { apiKey } = await anApiKey(app, service.id);
    const template = await aTemplate(app, service.id);
    for (const [table, id] of [
      ['services', service.id],
      ['api_keys', apiKey.id],
      ['templates', template.id],
    ] as const) {
      const row = await rowOf(table, id);
      expect(row).toMatchObject({ version: 1, updated_at: null });
      expect(await historyOf(table, id)).toEqual([row]);
    }
  });

  it('leaves no copy when its transaction rolls back', async () => {
    const service = await aService(app);
    const id = app.ids.uuid();
    const inserting = app.db.transaction(async (tx) => {
      const row = { ...(await rowOf('services', service.id)), id, name: id, normalised_service_name: id };
      await insertVersioned(tx, 'services', { ...row, created_at: app.clock.now() });
      throw new Error('changed my mind');
    });
    await expect(inserting).rejects.toThrow('changed my mind');
    expect(await historyOf('services', id)).toEqual([]);
  });
});

describe('a change', () => {
  const at = new Date('2026-03-01T12:00:00.123Z');

  it('counts the version up and copies the row as it is after the change', async () => {
    const { id } = await aService(app);
    const first = await rowOf('services', id);
    const second = await updateVersioned(app.db, 'services', id, { prefix_sms: true, contact_link: 'x' }, at);
    const third = await updateVersioned(app.db, 'services', id, { contact_link: null }, at);

    expect(second).toEqual({ ...first, prefix_sms: true, contact_link: 'x', version: 2, updated_at: at });
    expect(third).toEqual({ ...second, contact_link: null, version: 3 });
    expect(await rowOf('services', id)).toEqual(third);
    expect(await historyOf('services', id)).toEqual([first, second, third]);
  });

  it('by a use case is a version, too', async () => {
    const { apiKey } = await anApiKey(app, (await aService(app)).id);
    await revokeApiKey(app, { apiKeyId: apiKey.id });
    await revokeApiKey(app, { apiKeyId: apiKey.id });
    const history = await historyOf('api_keys', apiKey.id);
    expect(history.map(({ version, expiry_date }) => [version, expiry_date === null])).toEqual([
      [1, true],
      [2, false],
    ]);
    expect(history.at(-1)).toEqual(await rowOf('api_keys', apiKey.id));
  });

  it('at the same time as others is a version of its own', async () => {
    const { id } = await aService(app);
    const change = (link: string): Promise<Row | null> =>
      updateVersioned<Row>(app.db, 'services', id, { contact_link: link }, at);
    const results = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(change));
    expect(results.map((row) => row?.['version']).sort()).toEqual([2, 3, 4, 5, 6]);
    expect((await historyOf('services', id)).map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('of a row that does not exist is null', async () => {
    expect(await updateVersioned(app.db, 'services', app.ids.uuid(), { name: 'x' }, at)).toBeNull();
  });

  it('of nothing is refused', async () => {
    const { id } = await aService(app);
    await expect(updateVersioned(app.db, 'services', id, {}, at)).rejects.toThrow(RangeError);
  });
});

describe('the source', () => {
  it('writes these tables and their histories in one module only', async () => {
    const root = join(import.meta.dirname, '..', '..');
    const writing = new RegExp(
      String.raw`\b(INSERT\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE(\s+TABLE)?|MERGE\s+INTO|COPY)\s+(ONLY\s+)?(${tables.join('|')})(_history)?\b(?!\w)`,
      'i',
    );
    const writers: string[] = [];
    for await (const file of glob('src/**/*.ts', { cwd: root })) {
      if (writing.test(await readFile(join(root, file), 'utf8'))) writers.push(file);
    }
    expect(writers.filter((file) => file !== join('src', 'lib', 'db', 'versioned.ts'))).toEqual([]);
  });
});
