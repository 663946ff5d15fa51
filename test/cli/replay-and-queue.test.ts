import { describe, expect, it } from 'vitest';
import { aJob, enqueueJobs } from '../support/builders.ts';
import { storedJobs } from '../support/queue-probe.ts';
import { useTestApp, useTestApps, type TestApp } from '../support/test-app.ts';
import { accept, aSender, liveJobs, read } from '../integration/delivery.ts';
import { commandsOn } from './commands-on-database.ts';

const apps = useTestApps();
/** For commands that change nothing. */
const unchanged = useTestApp();

/** Two texts and an email that were accepted two hours ago and have no job. */
async function forgotten(): Promise<{ app: TestApp; sms: string; email: string; serviceId: string }> {
  const app = await apps();
  const sender = await aSender(app);
  const sms = await accept(app, sender);
  await accept(app, sender);
  const email = await accept(app, sender, { type: 'email' });
  await app.db.query('DELETE FROM pgboss.job');
  await app.db.query(`UPDATE notifications SET created_at = created_at - interval '2 hours'`);
  return { app, sms, email, serviceId: sender.service.id };
}

describe('notifications replay created', () => {
  it('shows its plan, asks, replays, and then has nothing to do', async () => {
    const { app, sms } = await forgotten();
    const { resultOf, textOf, notify, expectError } = commandsOn(app);
    const created = ['notifications', 'replay', 'created'];
    expect(await resultOf([...created, '--dry-run'], { status: 'planned' })).toMatchObject({
      replayed: { sms: 2, email: 1, letter: 0 },
      live: { sms: 0, email: 0, letter: 0 },
      dry_run: true,
    });
    await expectError(created, 4, {
      code: 'CONFIRMATION_NEEDED',
      message: 'Replay 3 messages (2 sms, 1 email)? Nothing was done.',
    });
    expect(await liveJobs(app, sms)).toEqual([]);
    expect(await resultOf([...created, '--type', 'sms', '--limit', '1', '--yes'])).toMatchObject({
      replayed: { sms: 1, email: 0 },
      dry_run: false,
    });
    expect(await textOf([...created, '--yes'])).toMatch(/^sms +1 +1\nemail +1 +0$/m);
    expect((await storedJobs(app.db)).filter(({ state }) => state === 'created')).toHaveLength(3);
    const again = await notify(created);
    expect({ exitCode: again.exitCode, stdout: again.stdout }).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^sms +0 +2$/m) as string,
    });
  });

  it('ends with 0 when there is nothing at all', async () => {
    const { textOf } = commandsOn(await apps());
    expect(await textOf(['notifications', 'replay', 'created'])).toBe('Nothing to replay.\n');
  });

  it.each<[string[], RegExp]>([
    [['--older-than', 'soon'], /^--older-than is 'soon': expected a duration such as/],
    [['--max-age', '1.5h'], /^--max-age is '1.5h': expected a duration such as/],
    [['--since', 'yesterday'], /^--since is 'yesterday': expected a time such as/],
    [['--service', 'mine'], /^--service is 'mine': expected a UUID/],
    [['--id', '1'], /^--id is '1': expected a UUID/],
    [['--max-age', '1h', '--older-than', '1h'], /^No time is left/],
    [['--since', '2026-01-02', '--until', '2026-01-01'], /^No time is left/],
    [['--limit', '0'], /--limit/],
    [['--type', 'fax'], /--type is 'fax'/],
  ])('refuses %j as wrong usage', async (flags, message) => {
    const { expectError } = commandsOn(unchanged);
    await expectError(['notifications', 'replay', 'created', ...flags, '--dry-run'], 2, {
      code: 'USAGE_INVALID',
      message: expect.stringMatching(message) as string,
    });
  });
});

describe('notifications replay failed', () => {
  it('sends a technical failure again, and refuses what was delivered', async () => {
    const { app, sms, email, serviceId } = await forgotten();
    const { resultOf, expectError } = commandsOn(app);
    await app.db.query({
      text: `UPDATE notifications SET notification_status = 'technical-failure' WHERE id = $1`,
      values: [sms],
    });
    await app.db.query({
      text: `UPDATE notifications SET notification_status = 'delivered' WHERE id = $1`,
      values: [email],
    });
    const failed = ['notifications', 'replay', 'failed'];
    await expectError([...failed, '--id', sms, '--id', email, '--yes'], 4, {
      code: 'REFUSED',
      message: `Notification ${email} is 'delivered': only 'technical-failure' is replayed`,
    });
    expect(await resultOf([...failed, '--service', serviceId, '--yes'])).toMatchObject({
      replayed: { sms: 1, email: 0, letter: 0 },
    });
    expect(await read(app, sms)).toMatchObject({ status: 'created' });
    expect(await liveJobs(app, sms)).toHaveLength(1);
  });
});

describe('notifications replay letter-pdf', () => {
  it('refuses a text and does not find what is not there', async () => {
    const { app, sms } = await forgotten();
    const { expectError } = commandsOn(app);
    await expectError(['notifications', 'replay', 'letter-pdf', '-n', sms, '--yes'], 4, { code: 'REFUSED' });
    await expectError(['notifications', 'replay', 'letter-pdf', '-n', app.ids.uuid(), '--yes'], 5, {
      code: 'NOT_FOUND',
    });
  });
});

describe('the queue commands', () => {
  it('show the queues, unlock what dead workers hold, and put dead letters back', async () => {
    const app = await apps();
    const { resultOf, textOf, expectError } = commandsOn(app);
    await enqueueJobs(app, aJob({ subject: 'waiting' }), aJob({ subject: 'orphan' }), aJob({ subject: 'lost' }));
    await app.db.query(`UPDATE pgboss.job SET state = 'active', started_on = now() - interval '1 hour',
      heartbeat_on = now() - interval '1 hour' WHERE data ->> 'subject' = 'orphan'`);
    await app.db.query(`UPDATE pgboss.job SET name = 'dead-letter', policy = 'standard', source_name = 'notify',
      state = 'completed', completed_on = now() WHERE data ->> 'subject' = 'lost'`);

    expect(await resultOf(['queue', 'status', '--queue', 'internal'])).toEqual([
      {
        queue: 'notify',
        waiting: 1,
        delayed: 0,
        active: 1,
        stale: 1,
        failed: 0,
        dead_letters: 1,
        oldest_due: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      },
    ]);
    expect((await textOf(['queue', 'status'])).split('\n')[0]).toBe(
      'QUEUE                    WAITING  DELAYED  ACTIVE  STALE  FAILED  DEAD LETTERS  OLDEST DUE',
    );

    const orphan = { queue: 'notify', task: 'greet', subject: 'orphan' };
    expect(await resultOf(['queue', 'unlock', '--dry-run'], { status: 'planned' })).toEqual({
      unlocked: 0,
      jobs: [orphan],
      dry_run: true,
    });
    await expectError(['queue', 'unlock'], 4, { code: 'CONFIRMATION_NEEDED' });
    expect(await resultOf(['queue', 'unlock', '--yes'])).toMatchObject({ unlocked: 1, jobs: [orphan] });
    expect(await textOf(['queue', 'unlock'])).toBe('No job belongs to a dead worker.\n');

    const jobs = [{ queue: 'notify', task: 'greet', count: 1 }];
    await expectError(['queue', 'retry'], 4, { code: 'CONFIRMATION_NEEDED' });
    expect(await resultOf(['queue', 'retry', '--dry-run'], { status: 'planned' })).toMatchObject({ jobs });
    expect(await resultOf(['queue', 'retry', '--task', 'greet', '--yes'])).toEqual({
      retried: 1,
      jobs,
      dry_run: false,
    });
    expect(await textOf(['queue', 'retry'])).toBe('There are no such dead letters.\n');
    await expectError(['queue', 'status', '--queue', 'nonsense'], 2, { code: 'QUEUE_UNKNOWN' });
  });
});
