import { describe, expect, it } from 'vitest';
import {
  assertSameSchema,
  findMissingKeys,
  parseHeader,
  type ExportHeader,
} from '../../../src/lib/transfer/export-header.ts';
import { fingerprintOf } from '../../../src/lib/secrets/key-fingerprint.ts';

const header: ExportHeader = {
  format: 'notify-export',
  version: 1,
  created_at: '2026-11-20T12:00:00.000Z',
  program_version: '1.2.3',
  server_version: '18.4',
  migrations: ['0001_create_core', '0002_add_jobs'],
  tables: [{ name: 'users', rows: 1 }],
  jobs: 0,
  secret_keys: [],
};

describe('parseHeader', () => {
  it('reads a header', () => {
    expect(parseHeader(JSON.stringify(header))).toEqual(header);
  });

  it.each(['', 'x', 'null', '[]', '{}', '{"format":"other"}'])('says that %j is no export', (text) => {
    expect(() => parseHeader(text)).toThrow('This is no file that `notify db export` wrote');
  });

  it('refuses a later format', () => {
    const later = JSON.stringify({ ...header, version: 2 });
    expect(() => parseHeader(later)).toThrow('The export has format version 2; known here: 1');
  });
});

describe('assertSameSchema', () => {
  it('takes the same migrations', () => {
    expect(() => assertSameSchema(header, ['0001_create_core', '0002_add_jobs'])).not.toThrow();
  });

  it('refuses a newer export, naming the version that wrote it', () => {
    expect(() => assertSameSchema(header, ['0001_create_core'])).toThrow(
      expect.objectContaining({
        code: 'SCHEMA_NEWER',
        message: 'The export was made on a newer schema (unknown here: 0002_add_jobs)',
        hint: 'Import it with notify 1.2.3, which wrote it.',
      }),
    );
  });

  it('refuses an older export with the way round', () => {
    expect(() => assertSameSchema(header, [...header.migrations, '0003_more'])).toThrow(
      expect.objectContaining({
        code: 'SCHEMA_PENDING',
        message: 'The export was made on an older schema (it lacks: 0003_more)',
      }),
    );
  });
});

describe('findMissingKeys', () => {
  const key = { id: 'k1', key: Buffer.alloc(32, 1) };
  const needed = { id: 'k1', fingerprint: fingerprintOf(key), values: 3 };
  const missingOf = (secretKey: ExportHeader['secret_keys'][number], keys: (typeof key)[]): unknown =>
    findMissingKeys({ ...header, secret_keys: [secretKey] }, keys);

  it('misses nothing when the key is there, wherever it stands', () => {
    expect(missingOf(needed, [{ id: 'k2', key: Buffer.alloc(32, 2) }, key])).toEqual([]);
  });

  it('misses a key that is not there', () => {
    expect(missingOf(needed, [{ id: 'k2', key: key.key }])).toEqual([needed]);
    expect(missingOf(needed, [])).toEqual([needed]);
  });

  it('tells another key of the same id', () => {
    expect(missingOf(needed, [{ id: 'k1', key: Buffer.alloc(32, 9) }])).toEqual([needed]);
  });

  it('goes by the id when the exporting process did not have the key', () => {
    expect(missingOf({ ...needed, fingerprint: null }, [{ id: 'k1', key: Buffer.alloc(32, 9) }])).toEqual([]);
  });
});
