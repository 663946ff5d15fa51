/** Letters that go to the print provider's API one by one (letters sheet §12). */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { beginPrintRun } from '../../src/lib/print-runs/begin-print-run.ts';
import { collateLetters } from '../../src/lib/print-runs/collate-letters.ts';
import { createPrintApi } from '../../src/lib/print-runs/create-print-api.ts';
import { createPrintDestination } from '../../src/lib/print-runs/create-print-destination.ts';
import { deliverLetter, deliverLetterTask, type DeliverLetterDeps } from '../../src/lib/print-runs/deliver-letter.ts';
import { createHttpPrintApi } from '../../src/lib/print-runs/http-print-client.ts';
import { resendLetter } from '../../src/lib/print-runs/resend-letter.ts';
import { runPrintSchedule } from '../../src/lib/print-runs/run-print-schedule.ts';
import { uploadZips } from '../../src/lib/print-runs/upload-zips.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { createLogCapture } from '../support/log-capture.ts';
import { useStubPrinter } from '../support/provider-stub.ts';
import { makeJobsDue, storedJobs } from '../support/queue-probe.ts';
import { useTestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait.ts';
import { manyLetters, storeLetters, type StoredLetter } from '../support/waiting-letters.ts';

const printer = useStubPrinter();
const app = useTestApp({ supervise: true });
const created = new Date('2020-02-17T10:00:00Z');
const clock = { now: () => new Date('2020-02-17T18:00:00Z') };
let serviceId: string;
let templateId: string;
let printApi: NonNullable<ReturnType<typeof createPrintApi>>;

beforeAll(async () => {
  ({ id: serviceId } = await aService(app));
  ({ id: templateId } = await aTemplate(app, serviceId, { templateType: 'letter' }));
  printApi = createPrintApi({ ...app.config, ...printer.config }, app)!;
  app.onClose(() => printApi.close());
});

beforeEach(async () => {
  printer.setScenario({ callback: 'none' });
  for (const table of ['notifications', 'letter_zips', 'letter_print_runs', 'letter_print_requests'])
    await app.db.query(`DELETE FROM ${table}`);
  await app.db.query('DELETE FROM pgboss.job_common');
});

const deps = (): DeliverLetterDeps & typeof app => ({ ...app, clock, printApi });

function letters(count: number, letter: object = {}): Promise<StoredLetter[]> {
  return storeLetters(app, manyLetters(count, { serviceId, templateId, createdAt: created, ...letter }));
}

async function aLetter(letter: object = {}): Promise<string> {
  const [stored] = await letters(1, letter);
  await app.db.query(`UPDATE notifications SET "to" = E'Ann Example\\n1 Example Street\\nSW1A 1AA'`);
  return stored!.id;
}

async function statusOf(id: string): Promise<string> {
  const { rows } = await app.db.query<{ status: string }>({
    text: 'SELECT notification_status AS status FROM notifications WHERE id = $1',
    values: [id],
  });
  return rows[0]!.status;
}

async function statuses(): Promise<Record<string, number>> {
  const { rows } = await app.db.query<{ status: string; count: number }>(
    'SELECT notification_status AS status, count(*) FROM notifications GROUP BY 1',
  );
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}

const queued = async (): Promise<string[]> =>
  (await storedJobs(app.db)).filter(({ task }) => task === 'deliver_letter').map(({ subject }) => subject);

describe('a letter', () => {
  it('is given to the API with its PDF, and is sending', async () => {
    const notificationId = await aLetter({ postage: 'first' });
    await deliverLetter(deps(), { notificationId });
    expect(printer.letters).toMatchObject([
      { id: notificationId, reference: 'REF0000000000000', recipientName: 'Ann Example', despatchMethod: 'FIRST' },
    ]);
    expect(printer.lastRequest).toMatchObject({
      standardParams: { address: { unstructuredAddress: { line1: '1 Example Street', postcode: 'SW1A 1AA' } } },
      customParams: [
        { key: 'pdfContent', value: Buffer.from('%PDF of REF0000000000000').toString('base64') },
        { key: 'serviceIdentifier', value: serviceId },
      ],
    });
    const { rows } = await app.db.query('SELECT notification_status, sent_by, sent_at, reference FROM notifications');
    const sent = { notification_status: 'sending', sent_by: 'dvla', sent_at: clock.now() };
    expect(rows).toEqual([{ ...sent, reference: 'REF0000000000000' }]);
  });

  it('that the printer has is taken for accepted: it is printed once', async () => {
    const notificationId = await aLetter();
    await deliverLetter(deps(), { notificationId });
    await app.db.query(`UPDATE notifications SET notification_status = 'created', sent_at = NULL, sent_by = NULL`);
    await deliverLetter(deps(), { notificationId });
    expect(printer.counts()).toMatchObject({ printed: 1, repeated: 1 });
    expect(await statusOf(notificationId)).toBe('sending');
  });

  it.each([
    [{ status: 'cancelled' }, 'cancelled'],
    [{ status: 'delivered' }, 'delivered'],
    [{ keyType: 'team' }, 'created'],
  ])('%j is not given', async (letter, status) => {
    const notificationId = await aLetter(letter);
    await deliverLetter(deps(), { notificationId });
    expect([printer.counts().requests, await statusOf(notificationId)]).toEqual([0, status]);
  });

  it('that a zip has is not given', async () => {
    const notificationId = await aLetter();
    await collateLetters({ ...app, clock });
    await deliverLetter(deps(), { notificationId });
    expect([printer.counts().requests, await statusOf(notificationId)]).toEqual([0, 'created']);
  });

  it('without its PDF is a technical failure; one under another class of post is found', async () => {
    const notificationId = await aLetter({ pdf: null });
    for await (const { key } of app.storage.list('letters')) await app.storage.delete('letters', key);
    await deliverLetter(deps(), { notificationId });
    expect([printer.counts().requests, await statusOf(notificationId)]).toEqual([0, 'technical-failure']);
    const other = await aLetter({ from: 1 });
    await app.db.query(`UPDATE notifications SET postage = 'europe' WHERE notification_status = 'created'`);
    await deliverLetter(deps(), { notificationId: other });
    expect(await statusOf(other)).toBe('sending');
  });

  it('waits where the API is not configured any more', async () => {
    const notificationId = await aLetter();
    const waiting = deliverLetter({ ...deps(), printApi: null }, { notificationId });
    await expect(waiting).rejects.toMatchObject({ name: 'TaskPostponed', delay: 300 });
  });

  it('that nobody knows is tried again', async () => {
    await expect(deliverLetter(deps(), { notificationId: app.ids.uuid() })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

describe('an answer', () => {
  it.each([401, 403, 408, 429, 500, 503])('%i is tried again', async (status) => {
    const notificationId = await aLetter();
    printer.setScenario({ answer: 'status', status });
    await expect(deliverLetter(deps(), { notificationId })).rejects.toMatchObject({ code: 'PRINT_FAILED' });
    expect(await statusOf(notificationId)).toBe('created');
  });

  it.each([400, 404, 413, 422])('%i is for good', async (status) => {
    const notificationId = await aLetter();
    printer.setScenario({ answer: 'status', status });
    await deliverLetter(deps(), { notificationId });
    expect(await statusOf(notificationId)).toBe('technical-failure');
    const { rows } = await app.db.query<{ detail: { reason: string } }>({
      text: `SELECT detail FROM notification_events WHERE notification_id = $1`,
      values: [notificationId],
    });
    expect(rows[0]!.detail.reason).toContain(`answered ${status}: Told to fail; The stub was told to fail`);
  });

  it('that breaks off is tried again, and the letter is found to be there', async () => {
    const notificationId = await aLetter();
    printer.setScenario({ answer: 'close', callback: 'none' });
    await expect(deliverLetter(deps(), { notificationId })).rejects.toMatchObject({ code: 'PRINT_FAILED' });
    printer.setScenario({ callback: 'none' });
    await deliverLetter(deps(), { notificationId });
    expect(printer.counts()).toMatchObject({ printed: 1, repeated: 1 });
  });

  it('that never comes is given up after a time', async () => {
    const notificationId = await aLetter();
    printer.setScenario({ answer: 'hang', callback: 'none' });
    const { printApiUrl: url, printApiUser: user, printApiPassword: password, printApiKey: apiKey } = printer.config;
    const impatient = createHttpPrintApi({
      ...{ url: url!, user: user!, password: password!, apiKey: apiKey!, clock: app.clock },
      ...{ concurrency: 1, timeoutMs: 200, callbackUrlOf: () => 'http://127.0.0.1:9/' },
    });
    const failed = await deliverLetter({ ...deps(), printApi: impatient }, { notificationId }).catch(String);
    await impatient.close();
    expect(failed).toContain('no answer within 0.2 s');
  });

  it('that takes the token back has us log in again, once', async () => {
    const before = printer.counts().logins;
    const first = await aLetter();
    await deliverLetter(deps(), { notificationId: first });
    printer.forgetTokens();
    const [second, third] = await letters(2, { from: 1 });
    await deliverLetter(deps(), { notificationId: second!.id });
    await deliverLetter(deps(), { notificationId: third!.id });
    expect(await statuses()).toEqual({ sending: 3 });
    expect(printer.counts().logins - before).toBeLessThanOrEqual(2);
  });

  it('to a wrong password is tried again, and does not tell it', async () => {
    const wrong = createPrintApi({ ...app.config, ...printer.config, printApiPassword: 'very-secret' }, app)!;
    const notificationId = await aLetter();
    const error = (await deliverLetter({ ...deps(), printApi: wrong }, { notificationId }).catch(
      (reason: unknown) => reason,
    )) as Error;
    await wrong.close();
    expect(error).toMatchObject({ code: 'PRINT_FAILED', message: expect.stringContaining('status 401') as unknown });
    expect(error.message).not.toContain('very-secret');
    expect(await statusOf(notificationId)).toBe('created');
  });
});

it('used-up retries end in technical-failure', async () => {
  const notificationId = await aLetter();
  const log = createLogCapture();
  const task = deliverLetterTask({ ...deps(), logger: log.logger });
  await task.onExhausted!(app.db, { notificationId }, { attempt: 56, error: new Error('no'), retryIn: null });
  expect(await statusOf(notificationId)).toBe('technical-failure');
  expect(log.lines('error')).toMatchObject([
    { msg: expect.stringMatching(/^RETRY FAILED: .*deliver_letter/) as unknown },
  ]);
});

it('no more letters are on their way than may be', async () => {
  const stored = await letters(12);
  const few = createPrintApi({ ...app.config, ...printer.config, printApiConcurrency: 3 }, app)!;
  let [reading, most] = [0, 0];
  const requests = stored.map(({ id }, index) =>
    few.print(
      { notificationId: id, reference: `R${index}`, to: 'a\nb\nc', postage: 'second', serviceId, organisationId: null },
      async () => {
        reading += 1;
        most = Math.max(most, reading);
        await new Promise(setImmediate);
        reading -= 1;
        return Buffer.from('%PDF');
      },
    ),
  );
  expect(new Set(await Promise.all(requests))).toEqual(new Set(['accepted']));
  await few.close();
  expect(most).toBe(3);
  expect(printer.counts().printed).toBe(12);
});

describe('a print run', () => {
  it('queues the letters that wait, once', async () => {
    const waiting = await letters(250);
    await letters(1, { from: 300, createdAt: new Date('2020-02-17T17:31:00Z') });
    await letters(1, { from: 301, billableUnits: 0 });
    const [express] = await letters(1, { from: 302, postage: 'first' });
    const planned = await beginPrintRun(deps(), { dryRun: true });
    expect(planned.totals.map(({ letters: count }) => count)).toEqual([1, 250, 0, 0, 0]);
    expect(await queued()).toEqual([]);

    const progress: number[] = [];
    const run = await beginPrintRun(deps(), { onProgress: (done, total) => progress.push(done / total) });
    expect(run).toMatchObject({ printDate: '2020-02-17', deadline: new Date('2020-02-17T17:30:00Z') });
    expect(run.totals.map(({ letters: count }) => count)).toEqual([1, 250, 0, 0, 0]);
    expect(progress.at(-1)).toBe(1);
    const expected = [express!, ...waiting].map(({ id }) => id).sort();
    expect((await queued()).sort()).toEqual(expected);
    await beginPrintRun(deps());
    expect((await queued()).sort()).toEqual(expected);
  });

  it('takes no letter that a zip has, and no zip takes one of its letters', async () => {
    await letters(2);
    await collateLetters({ ...app, clock });
    const [direct] = await letters(1, { from: 10 });
    await beginPrintRun(deps());
    expect(await queued()).toEqual([direct!.id]);
    await app.db.query('UPDATE letter_zips SET state = $$sent$$');
    const { totals } = await collateLetters({ ...app, clock });
    expect(totals.reduce((sum, { zips }) => sum + zips, 0)).toBe(0);
    await resendLetter({ ...app, clock }, { notificationId: direct!.id });
    const again = await collateLetters({ ...app, clock });
    expect(again.totals.reduce((sum, one) => sum + one.letters, 0)).toBe(1);
  });

  it('does not print again what the API has, which knows the id', async () => {
    const [taken, refused] = await letters(2);
    await beginPrintRun(deps());
    for (const [letter, status] of [
      [taken!, 'sending'],
      [refused!, 'technical-failure'],
    ] as const)
      await app.db.query({
        text: 'UPDATE notifications SET notification_status = $2 WHERE id = $1',
        values: [letter.id, status],
      });
    const again = { notificationId: taken!.id };
    await expect(resendLetter(deps(), again)).rejects.toMatchObject({
      code: 'REFUSED',
      hint: 'Send a new letter instead.',
    });
    await resendLetter(deps(), { notificationId: refused!.id });
    // By another way it may be printed again.
    await resendLetter({ ...deps(), printApi: null }, again);
  });

  it('of the schedule does not wait for zips, which the API does not take', async () => {
    await letters(1);
    await collateLetters({ ...app, clock });
    const [direct] = await letters(1, { from: 10 });
    await runPrintSchedule(deps());
    expect(await queued()).toEqual([direct!.id]);
    const printDestination = createPrintDestination({ ...app.config, ...printer.config });
    const refused = uploadZips({ ...app, printDestination });
    await expect(refused).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      hint: expect.stringContaining('upload') as unknown,
    });
    expect(await statuses()).toEqual({ created: 2 });
  });

  it('that was interrupted is gone on with', async () => {
    await letters(150);
    const stop = new AbortController();
    const interrupted = beginPrintRun(deps(), { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(interrupted).rejects.toThrow();
    expect(await queued()).toHaveLength(100);
    const { printDate } = await beginPrintRun(deps(), { resume: true });
    expect([printDate, (await queued()).length]).toEqual(['2020-02-17', 150]);
    expect((await beginPrintRun(deps(), { resume: true })).printDate).toBeNull();
  });

  it('brings every letter to the printer, once, through all its faults', { timeout: 60_000 }, async () => {
    const worked = { ...app, printApi };
    const stored = await letters(200);
    await beginPrintRun(deps());
    const { runWorkers } = await import('../../src/lib/run-workers.ts');
    const faults = [
      { answer: 'status', status: 503 },
      { answer: 'close' },
      { answer: 'status', status: 429 },
      {},
    ] as const;
    let fault = 0;
    printer.setScenario({ ...faults[0], callback: 'none' });
    await runWorkers(worked, ['send-letter']);
    await waitFor(
      async () => {
        await makeJobsDue(app.db);
        fault += 1;
        if (fault % 5 === 0) printer.setScenario({ ...faults[(fault / 5) % faults.length], callback: 'none' });
        return (await statuses())['sending'] === 200;
      },
      { timeout: 40_000, what: 'every letter to be sending' },
    );
    expect(printer.letters.map(({ id }) => id).sort()).toEqual(stored.map(({ id }) => id).sort());
    expect(printer.counts()).toMatchObject({ printed: 200 });
    expect(printer.counts().requests).toBeGreaterThan(200);
  });
});

it.each([
  [{ printApiUser: null }, 'NOTIFY_PRINT_API_USER'],
  [{ printApiPassword: null }, 'NOTIFY_PRINT_API_PASSWORD'],
  [{ printApiKey: null }, 'NOTIFY_PRINT_API_KEY'],
  [{ printCallbackUrl: null }, 'NOTIFY_PRINT_CALLBACK_URL or NOTIFY_PUBLIC_URL'],
])('a configuration with %j is refused', (changes, message) => {
  expect(() => createPrintApi({ ...app.config, ...printer.config, ...changes }, app)).toThrow(message);
});

it('a second place for letters is refused', () => {
  for (const changes of [{ printFolder: '/srv/letters' }, { printSftpUrl: 'sftp://a:b@c' }])
    expect(() => createPrintDestination({ ...app.config, ...printer.config, ...changes })).toThrow(
      /^NOTIFY_PRINT_API_URL and NOTIFY_PRINT_\w+ are set: expected one of them$/,
    );
});
