import { describe, expect, it } from 'vitest';
import { deliverSms } from '../../src/lib/notifications/deliver-sms.ts';
import type { NotificationType } from '../../src/lib/notifications/notification.ts';
import { replayCreated, replayStuckNotifications } from '../../src/lib/notifications/replay-created.ts';
import { replayFailed } from '../../src/lib/notifications/replay-failed.ts';
import { replayLetterPdf } from '../../src/lib/notifications/replay-letter-pdf.ts';
import type { ReplayFilter } from '../../src/lib/notifications/replay.ts';
import { aTemplate } from '../support/builders.ts';
import { createLogCapture } from '../support/log-capture.ts';
import { letWorkersDie, queuesToBeEmpty } from '../support/queue-probe.ts';
import { useTestApps, type TestApp } from '../support/test-app.ts';
import { createSignal, waitFor } from '../support/wait.ts';
import { accept, aSender, eventsOf, liveJobs, read, useFakeSmsProvider, whenStatus, type Sender } from './delivery.ts';

const apps = useTestApps({ supervise: true });
const hour = 3_600_000;

/** Everything of sms and email, whatever its age. */
function everything(app: TestApp, changes: Partial<ReplayFilter> = {}): ReplayFilter {
  const until = new Date(app.clock.now().getTime() + hour);
  return { types: ['sms', 'email'], serviceId: null, ids: [], since: new Date(0), until, ...changes };
}

/** Takes a message's jobs away, as a lost queue would, and makes it older. */
async function forget(app: TestApp, id: string, ageMs = 2 * hour): Promise<void> {
  await app.db.query({ text: `DELETE FROM pgboss.job WHERE data ->> 'subject' = $1`, values: [id] });
  await app.db.query({
    text: 'UPDATE notifications SET created_at = $2 WHERE id = $1',
    values: [id, new Date(app.clock.now().getTime() - ageMs)],
  });
}

async function change(app: TestApp, id: string, assignments: string): Promise<void> {
  await app.db.query({ text: `UPDATE notifications SET ${assignments} WHERE id = $1`, values: [id] });
}

async function setUp(): Promise<{ app: TestApp; sender: Sender }> {
  const app = await apps();
  return { app, sender: await aSender(app) };
}

async function aLetter(app: TestApp, sender: Sender, assignments = `key_type = 'normal'`): Promise<string> {
  const template = await aTemplate(app, sender.service.id, { templateType: 'letter' });
  const id = app.ids.uuid();
  await app.db.query({
    text: `INSERT INTO notifications (id, "to", service_id, template_id, template_version, key_type, notification_type,
        created_at, notification_status, reference)
      VALUES ($1, '-', $2, $3, 1, 'normal', 'letter', $4, 'created', $5)`,
    values: [
      id,
      sender.service.id,
      template.id,
      new Date(app.clock.now().getTime() - 2 * hour),
      id.slice(-12).toUpperCase(),
    ],
  });
  await change(app, id, assignments);
  return id;
}

const none = { replayed: 0, live: 0 };

describe('replaying what is created', () => {
  it('queues a forgotten message where it belongs, and it is sent', async () => {
    const { app, sender } = await setUp();
    const priority = await aTemplate(app, sender.service.id, { content: '((text))', processType: 'priority' });
    const ids = {
      sms: await accept(app, sender),
      urgent: await accept(app, sender, { template: priority }),
      email: await accept(app, sender, { type: 'email' }),
      test: await accept(app, sender, { keyType: 'test' }),
      team: await accept(app, sender, { keyType: 'team' }),
    };
    for (const id of Object.values(ids)) await forget(app, id);
    expect(await replayCreated(app, everything(app))).toEqual({
      sms: { replayed: 4, live: 0 },
      email: { replayed: 1, live: 0 },
      letter: none,
    });
    const queues: Record<string, string> = {};
    for (const [name, id] of Object.entries(ids)) {
      const [job, ...others] = await liveJobs(app, id);
      expect(others).toEqual([]);
      expect(job).toMatchObject({ attempt: 1, args: { notificationId: id } });
      queues[name] = `${job!.queue} ${job!.task}`;
    }
    // No replay is urgent.
    expect(queues).toEqual({
      sms: 'send-sms deliver_sms',
      urgent: 'send-sms deliver_sms',
      email: 'send-email deliver_email',
      test: 'research-mode deliver_sms',
      team: 'send-sms deliver_sms',
    });
    await app.runWorkers(['send-sms', 'send-email', 'research-mode', 'sms-callbacks', 'ses-callbacks']);
    for (const id of Object.values(ids)) await whenStatus(app, id, 'delivered');
    expect(await eventsOf(app, ids.sms)).toMatchObject([
      { event: 'replayed', detail: { reason: 'still created after 120 minutes' } },
    ]);
  });

  it('leaves alone what waits, waits for a retry, or runs, and is not fooled by being repeated', async () => {
    const { app, sender } = await setUp();
    const provider = await useFakeSmsProvider(app);
    const waiting = await accept(app, sender, { type: 'email' });
    const retried = await accept(app, sender);
    const running = await accept(app, sender);
    const started = createSignal();
    const released = createSignal();
    provider.answer = async ({ notificationId }) => {
      if (notificationId === retried) throw new Error('no');
      started.resolve();
      await released.promise;
      return { reference: null, verdict: null };
    };
    await app.runWorkers(['send-sms']);
    await started.promise;
    await waitFor(async () => (await liveJobs(app, retried))[0]?.queue === 'retry');
    for (const attempt of [1, 2]) {
      expect({ attempt, ...(await replayCreated(app, everything(app))) }).toMatchObject({
        attempt,
        sms: { replayed: 0, live: 2 },
        email: { replayed: 0, live: 1 },
      });
    }
    released.resolve();
    await whenStatus(app, running, 'sending');
    expect(await liveJobs(app, waiting)).toHaveLength(1);
    expect(provider.messages.filter(({ notificationId }) => notificationId === running)).toHaveLength(1);
    expect(await liveJobs(app, retried)).toMatchObject([{ attempt: 2 }]);
  });

  it('of several processes at once queues each message once, and it is sent once', async () => {
    const { app, sender } = await setUp();
    const provider = await useFakeSmsProvider(app);
    const ids = await Promise.all(Array.from({ length: 12 }, () => accept(app, sender)));
    for (const id of ids) await forget(app, id);
    const others = await Promise.all([1, 2].map(() => apps({ databaseUrl: app.databaseUrl })));
    await Promise.all([app, ...others, app, ...others].map((each) => replayStuckNotifications(each)));
    for (const id of ids) expect(await liveJobs(app, id)).toHaveLength(1);
    await app.runWorkers(['send-sms']);
    for (const id of ids) await whenStatus(app, id, 'sending');
    await queuesToBeEmpty(app.db);
    expect(provider.messages).toHaveLength(12);
  });

  it('leaves what a dead worker held to the queue, which hands it out again', async () => {
    const { app, sender } = await setUp();
    const id = await accept(app, sender);
    await app.db.query(`UPDATE pgboss.job SET state = 'active', started_on = now(), heartbeat_on = now()`);
    expect((await replayCreated(app, everything(app))).sms).toEqual({ replayed: 0, live: 1 });
    await letWorkersDie(app);
    expect(await liveJobs(app, id)).toMatchObject([{ queue: 'send-sms' }]);
  });

  it('by the clock takes what is between an hour and seven days old, and says so', async () => {
    const log = createLogCapture();
    const app = await apps({ logger: log.logger });
    const sender = await aSender(app);
    const ages = { young: hour - 60_000, old: hour, older: 7 * 24 * hour - 60_000, ancient: 7 * 24 * hour + 60_000 };
    const ids: Record<string, string> = {};
    for (const [name, age] of Object.entries(ages)) {
      ids[name] = await accept(app, sender);
      await forget(app, ids[name], age);
    }
    expect((await replayStuckNotifications(app)).sms).toEqual({ replayed: 2, live: 0 });
    const lines = log.lines('info').map(({ msg }) => msg);
    for (const name of ['old', 'older']) {
      expect(lines).toContain(
        `Re-sending notification ${ids[name]} to the delivery queue because the notification status is 'created' and it is over an hour old`,
      );
    }
    expect((await replayStuckNotifications(app)).sms).toEqual({ replayed: 0, live: 2 });
  });

  it.each<[string, string, boolean]>([
    ['without sheets', `key_type = 'normal'`, true],
    ['that waits for the print run', 'billable_units = 2', false],
    ['of a team key', `key_type = 'team'`, false],
    ['of a test key', `key_type = 'test'`, false],
    ['that was touched since', 'updated_at = created_at', false],
    ['that is cancelled', `notification_status = 'cancelled'`, false],
  ])('gives a letter %s its PDF: %s', async (_name, assignments, isReplayed) => {
    const { app, sender } = await setUp();
    const id = await aLetter(app, sender, assignments);
    expect((await replayStuckNotifications(app)).letter.replayed).toBe(isReplayed ? 1 : 0);
    expect((await liveJobs(app, id)).map(({ queue, task }) => `${queue} ${task}`)).toEqual(
      isReplayed ? ['create-letters-pdf get-pdf-for-templated-letter'] : [],
    );
  });

  it('takes only what it is told to, oldest first, and only counts when dry', async () => {
    const { app, sender } = await setUp();
    const other = await aSender(app);
    const [oldest, middle, youngest] = [
      await accept(app, sender),
      await accept(app, other),
      await accept(app, sender, { type: 'email' }),
    ];
    for (const [id, age] of [
      [oldest, 4],
      [middle, 3],
      [youngest, 2],
    ] as const)
      await forget(app, id, age * hour);
    const count = async (
      filter: Partial<ReplayFilter>,
      options: Parameters<typeof replayCreated>[2] = {},
    ): Promise<string> => {
      const { sms, email } = await replayCreated(app, everything(app, filter), { dryRun: true, ...options });
      return `${sms.replayed} ${email.replayed}`;
    };
    const ago = (hours: number): Date => new Date(app.clock.now().getTime() - hours * hour);
    expect(await count({})).toBe('2 1');
    expect(await count({ types: ['email'] })).toBe('0 1');
    expect(await count({ serviceId: sender.service.id })).toBe('1 1');
    expect(await count({ ids: [middle, youngest] })).toBe('1 1');
    expect(await count({ since: ago(3.5) })).toBe('1 1');
    expect(await count({ until: ago(2.5) })).toBe('2 0');
    expect(await count({}, { limit: 1 })).toBe('1 0');
    expect(await liveJobs(app, oldest)).toEqual([]);

    const progress: number[] = [];
    await replayCreated(app, everything(app), { limit: 2, onProgress: (done) => void progress.push(done) });
    expect(progress).toEqual([2]);
    expect(await liveJobs(app, oldest)).toHaveLength(1);
    expect(await liveJobs(app, middle)).toHaveLength(1);
    expect(await liveJobs(app, youngest)).toEqual([]);
  });

  it('goes through more than one batch, past those that are live, and stops between batches', async () => {
    const { app, sender } = await setUp();
    // Microseconds, as other programs write them: a page must not begin before its own beginning.
    await app.db.query({
      text: `INSERT INTO notifications (id, "to", service_id, template_id, template_version, key_type, notification_type,
          created_at, notification_status)
        SELECT gen_random_uuid(), '-', $1, $2, 1, 'normal', 'sms', timestamp '2026-01-31 12:00:00.000001', 'created'
        FROM generate_series(1, 1100)`,
      values: [sender.service.id, sender.sms.id],
    });
    const controller = new AbortController();
    const stopped = await replayCreated(app, everything(app), {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    expect(stopped.sms).toEqual({ replayed: 500, live: 0 });
    expect((await replayCreated(app, everything(app))).sms).toEqual({ replayed: 600, live: 500 });
  });
});

describe('replaying what failed', () => {
  async function failed(app: TestApp, sender: Sender, type: NotificationType = 'sms'): Promise<string> {
    const id = type === 'letter' ? await aLetter(app, sender) : await accept(app, sender, { type });
    await forget(app, id);
    const facts = `sent_at = now(), sent_by = 'mmg', notification_status = 'technical-failure'`;
    await change(app, id, type === 'letter' ? facts : `${facts}, reference = 'theirs'`);
    return id;
  }

  it('makes a technical failure created again, without what is known of its sending, and it is sent', async () => {
    const { app, sender } = await setUp();
    await useFakeSmsProvider(app);
    const id = await failed(app, sender);
    expect(await replayFailed(app, everything(app))).toMatchObject({ sms: { replayed: 1, live: 0 } });
    expect(await read(app, id)).toMatchObject({ status: 'created', sentAt: null, sentBy: null, reference: null });
    expect(await liveJobs(app, id)).toMatchObject([{ queue: 'send-sms', task: 'deliver_sms' }]);
    expect(await eventsOf(app, id)).toMatchObject([{ event: 'replayed' }]);
    await deliverSms(app, { notificationId: id }, { requestId: null });
    expect(await read(app, id)).toMatchObject({ status: 'sending', sentBy: 'mmg' });
    expect(await replayFailed(app, everything(app))).toMatchObject({ sms: none });
  });

  it('takes letters only when told to, and leaves them their reference', async () => {
    const { app, sender } = await setUp();
    const id = await failed(app, sender, 'letter');
    const { reference } = await read(app, id);
    expect((await replayFailed(app, everything(app))).letter).toEqual(none);
    expect((await replayFailed(app, everything(app, { types: ['letter'] }))).letter).toEqual({ replayed: 1, live: 0 });
    expect(await read(app, id)).toMatchObject({ status: 'created', sentAt: null, sentBy: null, reference });
    expect(await liveJobs(app, id)).toMatchObject([{ queue: 'create-letters-pdf' }]);
  });

  it('does not touch a letter that came as a PDF', async () => {
    const { app, sender } = await setUp();
    const id = await failed(app, sender, 'letter');
    await app.db.query(`UPDATE templates SET hidden = true WHERE template_type = 'letter'`);
    expect((await replayFailed(app, everything(app, { types: ['letter'] }))).letter).toEqual(none);
    expect(await read(app, id)).toMatchObject({ status: 'technical-failure' });
  });

  it.each(['delivered', 'sent', 'sending', 'temporary-failure', 'permanent-failure', 'pending'])(
    'refuses %s, and replays nothing else with it',
    async (status) => {
      const { app, sender } = await setUp();
      const good = await failed(app, sender);
      const bad = await failed(app, sender);
      await change(app, bad, `notification_status = '${status}'`);
      expect((await replayFailed(app, everything(app), { dryRun: true })).sms.replayed).toBe(1);
      await expect(replayFailed(app, everything(app, { ids: [good, bad] }))).rejects.toMatchObject({
        code: 'REFUSED',
        message: `Notification ${bad} is '${status}': only 'technical-failure' is replayed`,
      });
      expect(await read(app, good)).toMatchObject({ status: 'technical-failure' });
    },
  );

  it('refuses an id that is unknown, or of another service than the given one', async () => {
    const { app, sender } = await setUp();
    const id = await failed(app, sender);
    for (const filter of [{ ids: [app.ids.uuid()] }, { ids: [id], serviceId: app.ids.uuid() }]) {
      await expect(replayFailed(app, everything(app, filter))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });
});

describe('replaying the PDF of a letter', () => {
  it('queues its making once', async () => {
    const { app, sender } = await setUp();
    const id = await aLetter(app, sender, 'billable_units = 2');
    expect(await replayLetterPdf(app, { notificationId: id, dryRun: true })).toBe(true);
    expect(await liveJobs(app, id)).toEqual([]);
    expect(await replayLetterPdf(app, { notificationId: id })).toBe(true);
    expect(await replayLetterPdf(app, { notificationId: id })).toBe(false);
    expect(await liveJobs(app, id)).toMatchObject([
      { queue: 'create-letters-pdf', task: 'get-pdf-for-templated-letter' },
    ]);
  });

  it('refuses what has no such PDF', async () => {
    const { app, sender } = await setUp();
    const sms = await accept(app, sender);
    const sent = await aLetter(app, sender, `notification_status = 'sending'`);
    for (const [notificationId, code] of [
      [sms, 'REFUSED'],
      [sent, 'REFUSED'],
      [app.ids.uuid(), 'NOT_FOUND'],
    ] as const) {
      await expect(replayLetterPdf(app, { notificationId })).rejects.toMatchObject({ code });
    }
  });
});
