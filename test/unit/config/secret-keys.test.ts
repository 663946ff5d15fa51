import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readSecretKeys } from '../../../src/lib/config/read-secret-keys.ts';
import { formatSecretKeys, parseSecretKeys } from '../../../src/lib/config/secret-keys.ts';

const key = Buffer.from('fb'.repeat(32), 'hex');
const text = key.toString('base64');

describe('the text of secret keys', () => {
  test('is read back as it was written', () => {
    const keys = [
      { id: 'k1', key },
      { id: 'old-2024_a', key: Buffer.alloc(32, 'old') },
    ];
    expect(parseSecretKeys(formatSecretKeys(keys))).toEqual(keys);
  });

  test.each([`k1:${text}`, ` k1:${text} ,`, `k1:${text.replaceAll('+', '-').replaceAll('/', '_').replace('=', '')}`])(
    'may be %s',
    (written) => {
      expect(parseSecretKeys(written)).toEqual([{ id: 'k1', key }]);
    },
  );

  test.each([
    ['', /^expected a comma-separated list of id:base64/],
    [' , ', /^expected a comma-separated list/],
    [text, /^expected a comma-separated list/],
    [`:${text}`, /^expected a comma-separated list/],
    [`${text}:k1`, /^expected a comma-separated list/],
    [`k.1:${text}`, /^expected a comma-separated list/],
    [`${'k'.repeat(33)}:${text}`, /^expected a comma-separated list/],
    ['k1:', /^expected 32 bytes in base64 for key 'k1' and found 0$/],
    [`k1:${text}AAAA`, /^expected 32 bytes in base64 for key 'k1'$/],
    [`k1:${text.slice(0, 40)} ${text.slice(40)}`, /^expected 32 bytes in base64 for key 'k1'$/],
    [`k1:${key.toString('hex')}`, /^expected 32 bytes in base64 for key 'k1' and found 48$/],
    [`k1:${text},k1:${text}`, /^expected different key ids$/],
  ])('is not %s', (written, message) => {
    expect(() => parseSecretKeys(written)).toThrow(message);
    try {
      parseSecretKeys(written);
    } catch (error) {
      expect(String(error)).not.toContain(text.slice(0, 20));
      expect(String(error)).not.toContain(key.toString('hex').slice(0, 20));
    }
  });
});

describe('the keys of a process', () => {
  let stateDir: string;
  beforeEach(() => {
    stateDir = join(mkdtempSync(join(tmpdir(), 'notify-keys-')), 'state');
  });
  afterEach(() => rmSync(join(stateDir, '..'), { recursive: true }));
  const embedded = () => ({ secretKeys: null, databaseUrl: null, stateDir });

  test('are the configured ones', async () => {
    const secretKeys = [{ id: 'k1', key }];
    expect(await readSecretKeys({ secretKeys, databaseUrl: 'postgres://x/', stateDir })).toBe(secretKeys);
    expect(await readSecretKeys({ secretKeys, databaseUrl: null, stateDir })).toBe(secretKeys);
  });

  test('must be given with an external database', async () => {
    await expect(
      readSecretKeys({ secretKeys: null, databaseUrl: 'postgres://user:hunter2@x/', stateDir }),
    ).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/^NOTIFY_SECRET_KEYS is not set/),
      hint: expect.stringContaining('openssl rand -base64 32'),
    });
  });

  test('are made once for an embedded database, for its owner only', async () => {
    const made = await readSecretKeys(embedded());
    expect(made).toEqual([{ id: 'local1', key: expect.any(Buffer) }]);
    expect(made[0]!.key).toHaveLength(32);
    expect(await readSecretKeys(embedded())).toEqual(made);
    expect(readdirSync(stateDir)).toEqual(['secret-keys']);
    expect(statSync(join(stateDir, 'secret-keys')).mode & 0o777).toBe(0o600);
  });

  test('are the same for all that start at once', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => readSecretKeys(embedded())));
    for (const keys of all) expect(keys).toEqual(all[0]);
    expect(readdirSync(stateDir)).toEqual(['secret-keys']);
  });

  test('are never replaced when the file cannot be used', async () => {
    await readSecretKeys(embedded());
    const path = join(stateDir, 'secret-keys');
    writeFileSync(path, `local1:${text.slice(0, 20)}`);
    await expect(readSecretKeys(embedded())).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(`The secret keys in ${path} cannot be used: expected 32 bytes`),
      hint: expect.stringContaining('restore the file'),
    });
    expect(readFileSync(path, 'utf8')).toBe(`local1:${text.slice(0, 20)}`);
  });
});
