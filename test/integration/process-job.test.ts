import { beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/lib/db/database.ts';
import { createRowIds } from '../../src/lib/jobs/job-row-id.ts';
import type { Job } from '../../src/lib/jobs/job.ts';
import { processJobRow } from '../../src/lib/jobs/process-job-row.ts';
import { processJob, type ProcessJobOutcome } from '../../src/lib/jobs/process-job.ts';
import { addSender } from '../../src/lib/services/add-sender.ts';
import { archiveService } from '../../src/lib/services/archive-service.ts';
import { changeGuestList } from '../../src/lib/services/change-guest-list.ts';
import type { Service } from '../../src/lib/services/service.ts';
import { archiveTemplate } from '../../src/lib/templates/archive-template.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { updateTemplate } from '../../src/lib/templates/update-template.ts';
import { requireNotification } from '../../src/lib/notifications/show-notification.ts';
import type { Notification } from '../../src/lib/notifications/notification.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { aFileJob, readJob, smsRows } from '../support/job-files.ts';
import { storedJobs } from '../support/queue-probe.ts';
import { useTestApp } from '../support/test-app.ts';

const app = useTestApp();

let service: Service;
let template: Template;
beforeAll(async () => {
  service = await aService(app);
  template = await aTemplate(app, service.id);
});

const run = (job: Job, options: Parameters<typeof processJob>[2] = {}): Promise<ProcessJobOutcome> =>
  processJob(app, { jobId: job.id }, { batchSize: 3, ...options });

/** The notifications of a job by row. */
async function rowsOf({ id }: Job): Promise<Notification[]> {
  const { rows } = await app.db.query<{ id: string }>({
    text: 'SELECT id FROM notifications WHERE job_id = $1 ORDER BY job_row_number',
    values: [id],
  });
  return Promise.all(rows.map((row) => requireNotification(app, row.id)));
}

async function dailyCount(serviceId: string, counted = 'sms'): Promise<number> {
  const { rows } = await app.db.query<{ count: number }>({
    text: 'SELECT count FROM daily_counts WHERE service_id = $1 AND counted = $2',
    values: [serviceId, counted],
  });
  return rows[0]?.count ?? 0;
}

async function deliveriesOf(notifications: readonly Notification[]): Promise<object[]> {
  const ids = new Set(notifications.map(({ id }) => id));
  return (await storedJobs(app.db)).filter(({ subject }) => ids.has(subject));
}

/** Lets a run end after so many batches: a signal is looked at once between two of them. */
function abortedAfter(batches: number): AbortSignal {
  let looks = 0;
  return {
    get aborted() {
      looks += 1;
      return looks > batches;
    },
  } as AbortSignal;
}

describe('a job', () => {
  it('makes one notification of each row, with its delivery job behind those of the API, and counts it', async () => {
    const { id: serviceId } = await aService(app, { smsSender: '07123123123' });
    const sms = await aTemplate(app, serviceId, { processType: 'priority' });
    const content = 'Reference,PHONE-Number,Name,extra\nA-1,07900900123,Jo,x\n,+441234123123,Al,y\n';
    const job = await aFileJob(app, { template: sms, content });
    expect(await run(job)).toBe('finished');

    const idOf = createRowIds(job);
    const rows = await rowsOf(job);
    expect(rows).toMatchObject([
      {
        id: idOf(0),
        to: '07900900123',
        normalisedTo: '447900900123',
        status: 'created',
        clientReference: 'A-1',
        personalisation: { phonenumber: '07900900123', name: 'Jo' },
        replyToText: '447123123123',
        apiKeyId: null,
        keyType: 'normal',
        jobRowNumber: 0,
        templateVersion: 1,
        createdById: null,
      },
      { id: idOf(1), clientReference: null, personalisation: { phonenumber: '+441234123123', name: 'Al' } },
    ]);
    expect(rows[0]!.personalisation).not.toHaveProperty('extra');
    const { rows: queued } = await app.db.query({
      text: `SELECT name, priority, data ->> 'task' AS task FROM pgboss.job WHERE data ->> 'subject' = $1`,
      values: [idOf(0)],
    });
    expect(queued).toEqual([{ name: 'send-sms', priority: -1, task: 'deliver_sms' }]);
    expect(await dailyCount(serviceId)).toBe(2);
    expect(await readJob(app, job.id)).toMatchObject({ status: 'finished', rowsHandedOn: 2 });
    const { processingStarted, processingFinished } = await readJob(app, job.id);
    expect(processingFinished!.getTime()).toBeGreaterThanOrEqual(processingStarted!.getTime());
  });

  it('stores a number that cannot be sent to, and sends nothing', async () => {
    const content = 'phone number,name\nabc,Jo\n+12025550104,Al\n,Bo\n07900900123,Cy\n';
    const { id: serviceId } = await aService(app);
    await app.db.query({
      text: `DELETE FROM service_permissions WHERE service_id = $1 AND permission = 'international_sms'`,
      values: [serviceId],
    });
    const job = await aFileJob(app, { template: await aTemplate(app, serviceId), content });
    await run(job);
    const invalid = {
      status: 'validation-failed',
      billableUnits: 0,
      rateMultiplier: 0,
      international: false,
      phonePrefix: '+44',
    };
    const rows = await rowsOf(job);
    expect(rows).toMatchObject([
      { ...invalid, to: 'abc', normalisedTo: 'abc' },
      { ...invalid, to: '+12025550104', normalisedTo: '+12025550104' },
      { ...invalid, to: '', normalisedTo: '' },
      { status: 'created' },
    ]);
    expect(rows[0]!.updatedAt).toEqual(rows[0]!.createdAt);
    expect(await deliveriesOf(rows)).toHaveLength(1);
    expect(await dailyCount(serviceId)).toBe(4);
  });

  it('stores a row without a value or a message, and sends nothing', async () => {
    const content = 'phone number,name\n07900900123,\n07900900124,Jo\n';
    const job = await aFileJob(app, { template, content });
    await run(job);
    const rows = await rowsOf(job);
    expect(rows.map(({ status }) => status)).toEqual(['validation-failed', 'created']);
    expect(await deliveriesOf(rows)).toHaveLength(1);
  });

  it('of emails takes addresses as they are', async () => {
    const email = await aTemplate(app, service.id, { templateType: 'email' });
    const content = 'email address,name\nJo@Example.com,Jo\nnobody,Al\n';
    const job = await aFileJob(app, { template: email, content });
    await run(job);
    const rows = await rowsOf(job);
    expect(rows).toMatchObject([
      { to: 'Jo@Example.com', normalisedTo: 'jo@example.com', status: 'created', replyToText: null },
      { to: 'nobody', status: 'created' },
    ]);
    expect(await deliveriesOf(rows)).toMatchObject([{ queue: 'send-email' }, { queue: 'send-email' }]);
  });

  it('of letters makes the address of its lines, postage and print reference of each', async () => {
    const letter = await aTemplate(app, service.id, { templateType: 'letter', postage: 'first' });
    const content =
      'address line 1,address_line_2,postcode,name\nA. Person,1 Street,sw1a1aa,Jo\nB. Person,2 Rue,France,Al\nC,3 Ave,New Zealand,Bo\n';
    const job = await aFileJob(app, { template: letter, content });
    await run(job);
    const rows = await rowsOf(job);
    expect(rows).toMatchObject([
      { to: 'A. Person\n1 Street\nSW1A 1AA', postage: 'first', international: false, status: 'created' },
      { to: 'B. Person\n2 Rue\nFrance', postage: 'europe', international: true },
      { to: 'C\n3 Ave\nNew Zealand', postage: 'rest-of-world', international: true },
    ]);
    expect(rows[0]!.personalisation).toMatchObject({ addressline1: 'A. Person', postcode: 'sw1a1aa', name: 'Jo' });
    for (const { reference } of rows) expect(reference).toMatch(/^[A-Z0-9]{16}$/);
    expect(await deliveriesOf(rows)).toMatchObject(Array(3).fill({ queue: 'create-letters-pdf' }));
    expect(await dailyCount(service.id, 'letter')).toBe(3);
  });

  it('sends from the sender of the metadata, also when that was archived since; from the default otherwise', async () => {
    const { id: serviceId } = await aService(app, { smsSender: 'DEFAULT' });
    const sms = await aTemplate(app, serviceId);
    const chosen = await addSender(app, { serviceId, type: 'sms', value: 'CHOSEN', isDefault: false });
    const foreign = await addSender(app, { serviceId: service.id, type: 'sms', value: 'FOREIGN', isDefault: false });
    const replyToOf = async (senderId: string | null): Promise<string | null> => {
      const job = await aFileJob(app, { template: sms, content: smsRows(1), senderId });
      await run(job);
      return (await rowsOf(job))[0]!.replyToText;
    };
    expect(await replyToOf(chosen.id)).toBe('CHOSEN');
    expect(await replyToOf(null)).toBe('DEFAULT');
    expect(await replyToOf(foreign.id)).toBe('DEFAULT');
    await app.db.query({ text: 'UPDATE service_sms_senders SET archived = true WHERE id = $1', values: [chosen.id] });
    expect(await replyToOf(chosen.id)).toBe('CHOSEN');
  });

  it('with headers only is finished at once', async () => {
    const job = await aFileJob(app, { template, content: 'phone number,name\n', notificationCount: 0 });
    expect(await run(job)).toBe('finished');
    expect(await readJob(app, job.id)).toMatchObject({ status: 'finished' });
  });

  it('keeps the template that it was made with', async () => {
    const edited = await aTemplate(app, service.id);
    const job = await aFileJob(app, { template: edited, content: smsRows(1) });
    await updateTemplate(app, { templateId: edited.id, content: 'Dear ((title)) ((name))' });
    await archiveTemplate(app, { templateId: edited.id });
    await run(job);
    expect(await rowsOf(job)).toMatchObject([{ status: 'created', templateVersion: 1 }]);
  });

  it('of a service that became inactive is cancelled', async () => {
    const closed = await aService(app);
    const job = await aFileJob(app, { template: await aTemplate(app, closed.id), content: smsRows(2) });
    await archiveService(app, { serviceId: closed.id, belongings: [] });
    expect(await run(job)).toBe('idle');
    expect(await readJob(app, job.id)).toMatchObject({ status: 'cancelled' });
    expect(await rowsOf(job)).toEqual([]);
  });

  it.each(['cancelled', 'finished', 'sending limits exceeded', 'error', 'scheduled'])(
    'that is %s is left alone',
    async (status) => {
      const job = await aFileJob(app, { template, content: smsRows(1) });
      await app.db.query({ text: 'UPDATE jobs SET job_status = $2 WHERE id = $1', values: [job.id, status] });
      expect(await run(job)).toBe('idle');
      expect(await rowsOf(job)).toEqual([]);
      expect(await readJob(app, job.id)).toMatchObject({ status, processingStarted: null });
    },
  );

  it('whose file is gone is an error', async () => {
    const job = await aFileJob(app, { template, content: smsRows(1) });
    await app.storage.delete('csv-uploads', `service-${service.id}-notify/${job.id}.csv`);
    expect(await run(job)).toBe('failed');
    expect(await readJob(app, job.id)).toMatchObject({ status: 'error' });
  });
});

describe('a daily limit', () => {
  const limited = async (limit: number): Promise<Template> => {
    const { id } = await aService(app);
    await app.db.query({ text: 'UPDATE services SET sms_message_limit = $2 WHERE id = $1', values: [id, limit] });
    return aTemplate(app, id);
  };

  it('is decided before any row is made: all of the job fits, or nothing is sent', async () => {
    const sms = await limited(5);
    const jobs = [];
    for (const rows of [3, 3, 2]) jobs.push(await aFileJob(app, { template: sms, content: smsRows(rows) }));
    for (const job of jobs) await run(job);
    const [first, second, third] = await Promise.all(jobs.map(({ id }) => readJob(app, id)));
    expect([first!.status, second!.status, third!.status]).toEqual(['finished', 'sending limits exceeded', 'finished']);
    expect(second!.processingFinished).not.toBeNull();
    expect(await rowsOf(second!)).toEqual([]);
    expect(await dailyCount(sms.serviceId)).toBe(5);
  });

  it('counts what other jobs in progress still have to store', async () => {
    const sms = await limited(10);
    const first = await aFileJob(app, { template: sms, content: smsRows(7) });
    expect(await run(first, { signal: abortedAfter(1) })).toBe('interrupted');
    const second = await aFileJob(app, { template: sms, content: smsRows(4) });
    await run(second);
    expect(await readJob(app, second.id)).toMatchObject({ status: 'sending limits exceeded' });
    expect(await run(first), 'its room was decided before').toBe('finished');
    expect(await dailyCount(sms.serviceId)).toBe(7);
  });

  it('holds for two jobs that begin at the same moment', async () => {
    const sms = await limited(10);
    const jobs = [];
    for (const rows of [6, 6, 6]) jobs.push(await aFileJob(app, { template: sms, content: smsRows(rows) }));
    await Promise.all(jobs.map((job) => run(job)));
    const statuses = (await Promise.all(jobs.map(({ id }) => readJob(app, id)))).map(({ status }) => status);
    expect(statuses.sort()).toEqual(['finished', 'sending limits exceeded', 'sending limits exceeded']);
    expect(await dailyCount(sms.serviceId)).toBe(6);
  });
});

describe('in trial mode', () => {
  it('rows for others than the team and the guest list are left out, and taken note of', async () => {
    const trial = await aService(app, { live: false });
    await changeGuestList(app, { serviceId: trial.id, add: ['07900 900123'] });
    const content = 'phone number,name\n+447900900123,Jo\n07900900124,Al\n07900900125,Bo\n';
    const job = await aFileJob(app, { template: await aTemplate(app, trial.id), content });
    expect(await run(job)).toBe('finished');
    expect(await rowsOf(job)).toMatchObject([{ jobRowNumber: 0 }]);
    const { rows } = await app.db.query({
      text: 'SELECT job_row_number AS row, reason FROM job_rows_left_out WHERE job_id = $1 ORDER BY 1',
      values: [job.id],
    });
    expect(rows).toEqual([
      { row: 1, reason: 'not allowed' },
      { row: 2, reason: 'not allowed' },
    ]);
    expect(await dailyCount(trial.id)).toBe(1);
    await expect(processJobRow(app, { jobId: job.id, rowNumber: 1 })).rejects.toMatchObject({ code: 'REFUSED' });

    await changeGuestList(app, { serviceId: trial.id, add: ['07900900124'] });
    expect(await processJobRow(app, { jobId: job.id, rowNumber: 1 })).toMatchObject({ created: true });
    expect(await rowsOf(job)).toHaveLength(2);
  });
});

describe('an interrupted job', () => {
  it.each([0, 1, 2, 3])('goes on after its checkpoint: %i batches were stored', async (batches) => {
    const { id: serviceId } = await aService(app);
    const job = await aFileJob(app, { template: await aTemplate(app, serviceId), content: smsRows(10) });
    expect(await run(job, { signal: abortedAfter(batches) })).toBe('interrupted');
    expect(await readJob(app, job.id)).toMatchObject({ status: 'in progress', rowsHandedOn: batches * 3 });
    expect(await dailyCount(serviceId)).toBe(batches * 3);
    expect(await run(job)).toBe('finished');
    expect((await rowsOf(job)).map(({ jobRowNumber }) => jobRowNumber)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await dailyCount(serviceId)).toBe(10);
  });

  it('ends between two batches when its time is up', async () => {
    const job = await aFileJob(app, { template, content: smsRows(10) });
    expect(await run(job, { sliceMs: 0 })).toBe('interrupted');
    expect(await run(job)).toBe('finished');
  });

  it('stores each batch once, though two workers have it', async () => {
    const { id: serviceId } = await aService(app);
    const job = await aFileJob(app, { template: await aTemplate(app, serviceId), content: smsRows(60) });
    const other = openDatabase({ url: app.databaseUrl, poolSize: 2, applicationName: 'another worker' });
    try {
      const outcomes = await Promise.all([
        run(job),
        processJob({ ...app, db: other }, { jobId: job.id }, { batchSize: 4 }),
        run(job, { batchSize: 5 }),
      ]);
      expect(outcomes.filter((outcome) => outcome === 'finished').length).toBeLessThanOrEqual(1);
      if (!outcomes.includes('finished')) await run(job);
    } finally {
      await other.close();
    }
    expect(await readJob(app, job.id)).toMatchObject({ status: 'finished', rowsHandedOn: 60 });
    const rows = await rowsOf(job);
    expect(rows.map(({ jobRowNumber }) => jobRowNumber)).toEqual(Array.from({ length: 60 }, (_, row) => row));
    expect(await deliveriesOf(rows)).toHaveLength(60);
    expect(await dailyCount(serviceId)).toBe(60);
  });

  it('stores no more once it is in progress no longer', async () => {
    const job = await aFileJob(app, { template, content: smsRows(10) });
    await run(job, { signal: abortedAfter(1) });
    await app.db.query({ text: `UPDATE jobs SET job_status = 'cancelled' WHERE id = $1`, values: [job.id] });
    expect(await run(job)).toBe('idle');
    expect(await rowsOf(job)).toHaveLength(3);
  });
});

describe('a row', () => {
  it('that exists is passed over, and its neighbours are stored', async () => {
    const { id: serviceId } = await aService(app);
    const job = await aFileJob(app, { template: await aTemplate(app, serviceId), content: smsRows(6) });
    await run(job, { signal: abortedAfter(1) });
    expect(await processJobRow(app, { jobId: job.id, rowNumber: 4 })).toMatchObject({ created: true });
    expect(await processJobRow(app, { jobId: job.id, rowNumber: 4 })).toMatchObject({ created: false });
    expect(await run(job)).toBe('finished');
    const rows = await rowsOf(job);
    expect(rows).toHaveLength(6);
    expect(await deliveriesOf(rows)).toHaveLength(6);
    expect(await dailyCount(serviceId)).toBe(6);
  });

  it('that there is not is told', async () => {
    const job = await aFileJob(app, { template, content: smsRows(2) });
    await expect(processJobRow(app, { jobId: job.id, rowNumber: 0 })).rejects.toMatchObject({ code: 'REFUSED' });
    await run(job);
    for (const [jobId, rowNumber] of [
      [app.ids.uuid(), 0],
      ['job', 0],
      [job.id, 2],
    ] as const)
      await expect(processJobRow(app, { jobId, rowNumber })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('that the database refuses gets a task of its own, and its neighbours are stored', async () => {
    const { id: serviceId } = await aService(app);
    const sms = await aTemplate(app, serviceId);
    await app.db.query(`CREATE OR REPLACE FUNCTION refuse_unlucky() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN IF NEW.client_reference = 'unlucky' THEN RAISE EXCEPTION USING ERRCODE = '22023'; END IF; RETURN NEW; END $$`);
    await app.db.query(`CREATE TRIGGER refuse_unlucky BEFORE INSERT ON notifications
      FOR EACH ROW EXECUTE FUNCTION refuse_unlucky()`);
    try {
      const lines = Array.from({ length: 7 }, (_, row) => `0790090012${row},N,${row === 4 ? 'unlucky' : 'r'}`);
      const job = await aFileJob(app, { template: sms, content: `phone number,name,reference\n${lines.join('\n')}` });
      expect(await run(job, { batchSize: 7 })).toBe('finished');
      expect((await rowsOf(job)).map(({ jobRowNumber }) => jobRowNumber)).toEqual([0, 1, 2, 3, 5, 6]);
      expect(await dailyCount(serviceId)).toBe(6);
      const tasks = (await storedJobs(app.db)).filter(({ task }) => task === 'save-sms');
      expect(tasks).toMatchObject([{ queue: 'bulk-sms', args: { jobId: job.id, rowNumbers: [4] } }]);
    } finally {
      await app.db.query('DROP TRIGGER refuse_unlucky ON notifications');
    }
  });

  it('may hold characters that the database does not', async () => {
    const content = 'phone number,name,reference\n07900900123,J\0o,a\0b\n';
    const job = await aFileJob(app, { template, content });
    await run(job);
    expect(await rowsOf(job)).toMatchObject([{ clientReference: 'ab', personalisation: { name: 'J\0o' } }]);
  });
});
