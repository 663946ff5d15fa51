import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/lib/config/load.ts';
import { systemClock, type Clock } from '../../src/lib/core/clock.ts';
import { describeExpectedSchema, expectedSchemaFile } from '../../src/lib/db/expected-schema.ts';
import type { Check } from '../../src/lib/doctor/check.ts';
import { runDoctor, type Diagnosis } from '../../src/lib/doctor/run-doctor.ts';
import { syncSchedule } from '../../src/lib/queue/pass-ticks.ts';
import { createTestClock } from '../server/test-clock.ts';
import { aJob, anApiKey, aService, enqueueJobs } from '../support/builders.ts';
import { temporaryFolder } from '../support/folders.ts';
import { testSecretKeys } from '../support/secret-keys.ts';
import { useSmtpServer } from '../support/smtp-server.ts';
import { useTestApps } from '../support/test-app.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const anApp = useTestApps();
const smtp = useSmtpServer();

const databases: TestDatabase[] = [];
afterEach(async () => {
  for (const database of databases.splice(0)) await database.drop();
});

async function aDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const database = await createTestDatabase(options);
  databases.push(database);
  return database;
}

/** Runs the doctor with a bare environment and a state folder that is not there. */
async function diagnose(
  { url }: { url: string },
  { environment = {}, clock = systemClock }: { environment?: Record<string, string>; clock?: Clock } = {},
): Promise<Diagnosis> {
  const bare = {
    DATABASE_URL: url,
    NOTIFY_SECRET_KEYS: testSecretKeys,
    NOTIFY_STATE_DIR: join(await temporaryFolder(), 'state'),
  };
  return runDoctor({ loadConfig: async () => loadConfig({ environment: { ...bare, ...environment } }), clock });
}

/** The checks that are not ok, by name. */
function complaints({ checks }: Diagnosis): Record<string, Check> {
  return Object.fromEntries(checks.filter(({ status }) => status !== 'ok').map((check) => [check.name, check]));
}

async function checkOf(name: string, ...input: Parameters<typeof diagnose>): Promise<Check> {
  const { checks } = await diagnose(...input);
  const found = checks.find((check) => check.name === name);
  if (found === undefined) throw new Error(`There is no check '${name}': ${JSON.stringify(checks)}`);
  return found;
}

const clockWith = (seconds: number): Clock => ({ now: () => new Date(Date.now() + seconds * 1000) });

describe('the expected schema', () => {
  it('is what the migrations make: run `node scripts/write-expected-schema.ts` after adding one', async () => {
    const { db } = await aDatabase();
    const recorded: unknown = JSON.parse(await readFile(expectedSchemaFile, 'utf8'));
    expect(recorded).toEqual(await describeExpectedSchema(db));
  });
});

describe('a new installation', () => {
  it('is in order, except that no scheduler ever ran', async () => {
    const diagnosis = await diagnose(await aDatabase());
    expect(diagnosis.checks.map(({ name }) => name)).toEqual([
      ...['configuration', 'secret-keys', 'database', 'clock', 'schema', 'schema-drift'],
      ...['stale-jobs', 'waiting-jobs', 'dead-letters', 'scheduler', 'scheduled-tasks', 'stored-secrets'],
      ...['providers-sms', 'providers-email', 'state-folder', 'disk', 'redis'],
    ]);
    expect(diagnosis.isDatabaseDown).toBe(false);
    expect(Object.keys(complaints(diagnosis)).filter((name) => name !== 'disk')).toEqual(['scheduler']);
  });

  it('is told to migrate first', async () => {
    const { schema, ...others } = complaints(await diagnose(await aDatabase({ empty: true })));
    expect(schema).toMatchObject({ status: 'error', hint: expect.stringContaining('notify db migrate') as unknown });
    expect(Object.keys(others).filter((name) => name !== 'disk')).toEqual([]);
  });

  it('without a database of its own yet is told how to get one, and none is made', async () => {
    const environment = { DATABASE_URL: '', NOTIFY_SECRET_KEYS: '' };
    const { database, ...others } = complaints(await diagnose({ url: '' }, { environment }));
    expect(database).toMatchObject({ status: 'warning', hint: expect.stringContaining('notify serve') as unknown });
    expect(Object.keys(others).filter((name) => name !== 'disk')).toEqual([]);
  });

  it('with a wrong configuration is told what is wrong, and nothing else', async () => {
    const { checks } = await diagnose({ url: 'mysql://x' }, { environment: { PORT: 'abc' } });
    expect(checks).toEqual([
      {
        name: 'configuration',
        status: 'error',
        message: expect.stringContaining("PORT is 'abc'") as unknown,
        hint: expect.stringContaining('notify config show') as unknown,
      },
    ]);
  });

  it('on an external database is told that keys are missing', async () => {
    const keys = await checkOf('secret-keys', await aDatabase(), { environment: { NOTIFY_SECRET_KEYS: '' } });
    expect(keys).toMatchObject({ status: 'error', message: expect.stringContaining('NOTIFY_SECRET_KEYS') as unknown });
  });
});

describe('a database that does not answer', () => {
  it('is said to be down, and what can be checked without it is', async () => {
    const environment = { NOTIFY_SMTP_URL: smtp.url };
    const diagnosis = await diagnose({ url: 'postgres://notify:secret@127.0.0.1:1/notify' }, { environment });
    expect(diagnosis.isDatabaseDown).toBe(true);
    expect(diagnosis.checks.map(({ name }) => name)).toEqual([
      ...['configuration', 'secret-keys', 'database', 'state-folder', 'disk', 'redis', 'provider-smtp'],
    ]);
    expect(complaints(diagnosis)['database']).toMatchObject({ status: 'error' });
    expect(JSON.stringify(diagnosis)).not.toContain('secret@');
  });
});

describe('schema drift', () => {
  it.each([
    ['DROP INDEX api_keys_service_id_idx', 'error', 'index api_keys.api_keys_service_id_idx is missing'],
    ['ALTER TABLE users ALTER state DROP NOT NULL', 'error', "column users.state is 'text default', expected"],
    ['ALTER TABLE users DROP CONSTRAINT users_can_sign_in', 'error', 'constraint users.users_can_sign_in is missing'],
    ['ALTER TABLE users ADD shoe_size integer', 'error', 'column users.shoe_size is not expected'],
    ['DROP TABLE sandbox_messages', 'error', 'table sandbox_messages is missing'],
    ["ALTER TYPE notification_type ADD VALUE 'fax'", 'error', 'type notification_type is (email, sms, letter, fax)'],
    ['DROP INDEX pgboss.job_common_i6', 'error', 'index pgboss.job_common_i6 is missing'],
    ['CREATE INDEX by_name ON users (name)', 'warning', 'users.by_name'],
    ['CREATE TABLE of_others (id integer)', 'ok', 'as the migrations made them'],
  ])('%s is found: %s', async (statement, status, message) => {
    const database = await aDatabase();
    await database.db.query(statement);
    expect(await checkOf('schema-drift', database)).toMatchObject({
      status,
      message: expect.stringContaining(message) as unknown,
    });
  });
});

describe('the queue', () => {
  it('has jobs that nobody works on', async () => {
    const app = await anApp();
    await enqueueJobs(app, aJob(), aJob({ queue: 'send-sms', delay: 3600 }));
    expect(await checkOf('waiting-jobs', { url: app.databaseUrl })).toMatchObject({ status: 'ok' });

    await app.db.query(`UPDATE pgboss.job SET start_after = now() - interval '7 minutes' WHERE name = 'notify'`);
    expect(await checkOf('waiting-jobs', { url: app.databaseUrl })).toEqual({
      name: 'waiting-jobs',
      status: 'warning',
      message: 'jobs are due and nobody works on them: 1 of notify (oldest 7 min)',
      hint: 'Run a worker: `notify serve`, or `notify serve --role worker`.',
    });
  });

  it('has jobs of workers that died', async () => {
    const app = await anApp();
    await enqueueJobs(app, aJob());
    await app.boss.fetch('notify');
    expect(await checkOf('stale-jobs', { url: app.databaseUrl })).toMatchObject({ status: 'ok' });

    await app.db.query(`UPDATE pgboss.job SET heartbeat_on = now() - interval '3 hours'`);
    expect(await checkOf('stale-jobs', { url: app.databaseUrl })).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('1 of notify (oldest 3 h)') as unknown,
    });
  });

  it('has jobs in the dead letter queue', async () => {
    const app = await anApp();
    await app.boss.insert('dead-letter', [{ data: aJob() }]);
    expect(await checkOf('dead-letters', { url: app.databaseUrl })).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('1 of dead-letter') as unknown,
    });
  });

  it('has a scheduler, or had one', async () => {
    const database = await aDatabase();
    expect(await checkOf('scheduler', database)).toMatchObject({
      status: 'warning',
      message: 'no scheduler has run on this database yet',
    });
    const schedule = [{ task: 'tick', queue: 'periodic', cron: '* * * * *' }] as const;
    await syncSchedule({ db: database.db, clock: systemClock }, schedule);
    expect(await checkOf('scheduler', database)).toMatchObject({ status: 'ok' });
    await database.db.query(`UPDATE schedule_runs SET ticks_until = now() - interval '2 days'`);
    expect(await checkOf('scheduler', database)).toMatchObject({
      status: 'warning',
      message: 'no scheduler has run for 2 days',
    });
  });

  it('has scheduled tasks that did not run when they should have', async () => {
    const database = await aDatabase();
    const clock = createTestClock('2026-03-10T00:00:00Z');
    await syncSchedule({ db: database.db, clock }, [
      { task: 'daily', queue: 'periodic', cron: '5 0 * * *' },
      { task: 'weekly', queue: 'periodic', cron: '0 9 * * 1' },
    ]);
    clock.set('2026-03-10T01:04:00Z');
    expect(await checkOf('scheduled-tasks', database, { clock })).toMatchObject({ status: 'ok' });
    clock.set('2026-03-10T01:06:00Z');
    expect(await checkOf('scheduled-tasks', database, { clock })).toMatchObject({
      status: 'warning',
      message: expect.stringMatching(/: daily \(due 2026-03-10 00:05Z, it never ran\)$/) as unknown,
    });
    await database.db.query(`UPDATE schedule_runs SET last_run_at = '2026-03-10 00:05:01'`);
    expect(await checkOf('scheduled-tasks', database, { clock })).toMatchObject({ status: 'ok' });
    clock.set('2026-03-17T00:00:00Z');
    expect(await checkOf('scheduled-tasks', database, { clock })).toMatchObject({
      message: expect.stringMatching(
        /: daily \(due 2026-03-11 00:05Z, it last ran 2026-03-10 00:05Z\), weekly \(due 2026-03-16 09:00Z, .*\)$/,
      ) as unknown,
    });
  });
});

describe('the clock', () => {
  it.each([
    [0, 'ok', /^this machine's clock is 0\.\d s (ahead of|behind) the database's$/],
    [10, 'warning', /10\.\d s ahead of|9\.9 s ahead of/],
    [-10, 'warning', /behind the database's$/],
    [-45, 'error', /4[45]\.\d s behind the database's; tokens are refused from 30 s on$/],
  ])('that is %d s off is %s', async (seconds, status, message) => {
    const check = await checkOf('clock', await aDatabase(), { clock: clockWith(seconds) });
    expect(check).toMatchObject({ status, message: expect.stringMatching(message) as unknown });
  });
});

describe('stored secrets', () => {
  const otherKey = `k2:${Buffer.alloc(32, 2).toString('base64')}`;

  it('open with the keys they were stored with', async () => {
    const app = await anApp();
    await anApiKey(app, (await aService(app)).id);
    const database = { url: app.databaseUrl };
    expect(await checkOf('stored-secrets', database)).toEqual({
      name: 'stored-secrets',
      status: 'ok',
      message: 'a sample of 2 opens',
      hint: null,
    });

    const environment = { NOTIFY_SECRET_KEYS: `${otherKey},${testSecretKeys}` };
    expect(await checkOf('stored-secrets', database, { environment })).toMatchObject({
      status: 'ok',
      message: 'a sample of 2 opens; some still need test1',
      hint: expect.stringContaining('notify config rotate-keys') as unknown,
    });
  });

  it('are unreadable without them', async () => {
    const app = await anApp();
    await anApiKey(app, (await aService(app)).id);
    const database = { url: app.databaseUrl };
    expect(await checkOf('stored-secrets', database, { environment: { NOTIFY_SECRET_KEYS: otherKey } })).toMatchObject({
      status: 'error',
      message: "some cannot be decrypted: api_keys.secret (key 'test1'), api_keys_history.secret (key 'test1')",
      hint: expect.stringContaining('NOTIFY_SECRET_KEYS') as unknown,
    });
  });

  it('in plain text are never repeated', async () => {
    const app = await anApp();
    await anApiKey(app, (await aService(app)).id);
    await app.db.query(`UPDATE api_keys SET secret = 'my.plain.secret'`);
    const check = await checkOf('stored-secrets', { url: app.databaseUrl });
    expect(check.status).toBe('error');
    expect(check.message).not.toContain('plain');
  });
});

describe('providers', () => {
  it('are missing when none is active', async () => {
    const database = await aDatabase();
    await database.db.query(`UPDATE provider_details SET active = (identifier = 'mmg')`);
    const diagnosis = complaints(await diagnose(database));
    expect(diagnosis['providers-email']).toMatchObject({
      status: 'error',
      message: 'no provider is active; configured, but inactive: sandbox',
    });
    expect(diagnosis['providers-sms']).toMatchObject({
      status: 'error',
      message: 'only mmg is active, and not configured; configured, but inactive: sandbox',
    });
  });

  it('that are active without configuration are worth a warning', async () => {
    const database = await aDatabase();
    await database.db.query(`UPDATE provider_details SET active = true WHERE identifier = 'smtp'`);
    expect(await checkOf('providers-email', database)).toMatchObject({
      status: 'warning',
      message: 'smtp is active, and not configured here',
    });
  });

  it('are asked whether they answer, and given nothing', async () => {
    const database = await aDatabase();
    const reachable = { environment: { NOTIFY_SMTP_URL: smtp.url } };
    expect(await checkOf('provider-smtp', database, reachable)).toMatchObject({ status: 'ok', message: 'answers' });
    expect(smtp.attempts).toEqual([]);
    const unreachable = { environment: { NOTIFY_SMTP_URL: 'smtp://127.0.0.1:1' } };
    expect(await checkOf('provider-smtp', database, unreachable)).toMatchObject({
      status: 'error',
      message: expect.stringContaining('ECONNREFUSED') as unknown,
    });
  });
});
