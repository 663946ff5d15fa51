import { beforeAll, describe, expect, it } from 'vitest';
import { cancelJob } from '../../src/lib/jobs/cancel-job.ts';
import { createJob } from '../../src/lib/jobs/create-job.ts';
import { startScheduledJobs } from '../../src/lib/jobs/start-scheduled-jobs.ts';
import { archiveService } from '../../src/lib/services/archive-service.ts';
import type { Service } from '../../src/lib/services/service.ts';
import { archiveTemplate } from '../../src/lib/templates/archive-template.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { updateTemplate } from '../../src/lib/templates/update-template.ts';
import { storeUpload } from '../../src/lib/uploads/upload-file.ts';
import { systemUserId } from '../../src/lib/users/user.ts';
import { createTestClock } from '../server/test-clock.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { aFileJob, anUpload, readJob, smsRows } from '../support/job-files.ts';
import { storedJobs } from '../support/queue-probe.ts';
import { useTestApp } from '../support/test-app.ts';

const clock = createTestClock('2016-01-01T12:00:00Z');
const app = useTestApp({ clock });

let service: Service;
let template: Template;
beforeAll(async () => {
  service = await aService(app);
  template = await aTemplate(app, service.id);
});

async function queuedJobs(jobId: string): Promise<object[]> {
  return (await storedJobs(app.db)).filter(({ subject }) => subject === jobId);
}

const upload = (): Promise<string> => anUpload(app, { template, content: smsRows(2) });
const refusal = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'created',
    (error: { code: string; message: string; details?: { fields?: object } }) => error.details?.fields ?? error.message,
  );

describe('creating a job', () => {
  it('makes a pending job of what the metadata say, and queues it', async () => {
    const senderId = app.ids.uuid();
    const id = await anUpload(app, { template, content: smsRows(2), senderId, originalFileName: 'some.csv' });
    const body = { id, created_by: systemUserId, original_file_name: 'other.csv', notification_count: 99, extra: 1 };
    const job = await createJob(app, { serviceId: service.id, body });
    expect(job).toMatchObject({
      id,
      status: 'pending',
      originalFileName: 'some.csv',
      notificationCount: 2,
      templateVersion: 1,
      scheduledFor: null,
      createdBy: { id: systemUserId, name: 'Notify' },
      createdAt: clock.now(),
    });
    expect(await queuedJobs(id)).toMatchObject([{ queue: 'process-job', task: 'process-job' }]);
  });

  it('with a time makes a scheduled job, and queues nothing', async () => {
    const job = await aFileJob(app, { template, content: smsRows(1), scheduledFor: '2016-01-05T11:59:00' });
    expect(job).toMatchObject({ status: 'scheduled', scheduledFor: new Date('2016-01-05T11:59:00Z') });
    expect(await queuedJobs(job.id)).toEqual([]);
  });

  it('takes the version that the template has', async () => {
    const edited = await aTemplate(app, service.id);
    await updateTemplate(app, { templateId: edited.id, content: 'Hi ((name))' });
    const job = await aFileJob(app, { template: edited, content: smsRows(1) });
    expect(job.templateVersion).toBe(2);
  });

  it('is refused for an inactive service before the body is read', async () => {
    const closed = await aService(app);
    await archiveService(app, { serviceId: closed.id, belongings: [] });
    await expect(createJob(app, { serviceId: closed.id, body: {} })).rejects.toMatchObject({
      code: 'JOB_REFUSED',
      kind: { httpStatus: 403 },
      message: 'Create job is not allowed: service is inactive ',
    });
  });

  it('is refused for a letter of a service in trial mode', async () => {
    const trial = await aService(app, { live: false });
    const letter = await aTemplate(app, trial.id, { templateType: 'letter' });
    const id = await anUpload(app, { template: letter, content: 'address line 1\n1 Street\n' });
    await expect(createJob(app, { serviceId: trial.id, body: { id } })).rejects.toMatchObject({
      code: 'JOB_REFUSED',
      message: 'Create letter job is not allowed for service in trial mode ',
    });
  });

  it.each<[string, (id: string) => object, string | object]>([
    ['no id', () => ({}), { id: ['Missing data for required field.'] }],
    ['no such file', () => ({ id: app.ids.uuid(), created_by: systemUserId }), 'No result found'],
    ['an id that is none', () => ({ id: 'upload', created_by: systemUserId }), 'No result found'],
    ['no creator', (id) => ({ id }), { created_by: ['Missing data for required field.'] }],
    ['an unknown creator', (id) => ({ id, created_by: app.ids.uuid() }), 'No result found'],
    [
      'a time in the past',
      (id) => ({ id, created_by: systemUserId, scheduled_for: '2016-01-01T11:59:00' }),
      { scheduled_for: ['Date cannot be in the past'] },
    ],
    [
      'an unknown contact list',
      (id) => ({ id, created_by: systemUserId, contact_list_id: app.ids.uuid() }),
      'No result found',
    ],
  ])('says what is wrong: %s', async (_what, body, problem) => {
    const id = await upload();
    expect(await refusal(createJob(app, { serviceId: service.id, body: { ...body(id) } }))).toEqual(problem);
  });

  it('says so for a service or a template that there is not', async () => {
    const id = await upload();
    expect(await refusal(createJob(app, { serviceId: app.ids.uuid(), body: { id } }))).toMatch(
      /^No service has the id/,
    );
    const foreign = await aService(app);
    const content = smsRows(1);
    const other = await anUpload(app, { template: { id: template.id, serviceId: foreign.id }, content });
    expect(await refusal(createJob(app, { serviceId: foreign.id, body: { id: other } }))).toBe('No result found');
  });

  it('takes from the body what a file without metadata does not say, in the order of the checks', async () => {
    const id = app.ids.secret();
    async function* content(): AsyncGenerator<string> {
      yield smsRows(1);
    }
    await storeUpload(app.storage, {
      serviceId: service.id,
      uploadId: id,
      originalFileName: 'a.csv',
      content: content(),
    });
    const create = (body: object): Promise<unknown> =>
      refusal(createJob(app, { serviceId: service.id, body: { id, ...body } }));
    expect(await create({})).toEqual({ template_id: ['Missing data for required field.'] });
    expect(await create({ template_id: template.id })).toBe(`File is not valid, can't create job`);
    expect(await create({ template_id: template.id, valid: 'true' })).toBe(`File is not valid, can't create job`);
    const valid = { template_id: template.id, valid: 'True' };
    expect(await create(valid)).toEqual({
      notification_count: ['Missing data for required field.'],
      created_by: ['Missing data for required field.'],
    });
    expect(await create({ ...valid, notification_count: 1, created_by: systemUserId })).toBe('created');
  });

  it('is refused for an archived template', async () => {
    const archived = await aTemplate(app, service.id);
    const id = await anUpload(app, { template: archived, content: smsRows(1) });
    await archiveTemplate(app, { templateId: archived.id });
    const problem = { template: ['Template has been deleted'] };
    expect(await refusal(createJob(app, { serviceId: service.id, body: { id } }))).toEqual(problem);
  });

  it('makes one job of a file', async () => {
    const id = await upload();
    const body = { id, created_by: systemUserId };
    await createJob(app, { serviceId: service.id, body });
    await expect(createJob(app, { serviceId: service.id, body })).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await queuedJobs(id)).toHaveLength(1);
  });
});

describe('cancelling', () => {
  const scheduled = (): Promise<{ id: string }> =>
    aFileJob(app, { template, content: smsRows(1), scheduledFor: '2016-01-01T12:30:00' });

  it('ends a scheduled job, also when its time is past', async () => {
    const job = await scheduled();
    clock.set('2016-01-01T13:00:00Z');
    expect(await cancelJob(app, { serviceId: service.id, jobId: job.id })).toMatchObject({ status: 'cancelled' });
    clock.set('2016-01-01T12:00:00Z');
  });

  it('finds only scheduled jobs of this service', async () => {
    const job = await scheduled();
    const pending = await aFileJob(app, { template, content: smsRows(1) });
    for (const [serviceId, jobId] of [
      [service.id, pending.id],
      [service.id, app.ids.uuid()],
      [service.id, 'job'],
      [app.ids.uuid(), job.id],
    ] as const)
      await expect(cancelJob(app, { serviceId, jobId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await readJob(app, job.id)).toMatchObject({ status: 'scheduled' });
  });

  it('and starting at the same moment have one outcome', async () => {
    const outcomes = new Set<string>();
    for (let round = 0; round < 10; round += 1) {
      const job = await scheduled();
      clock.set('2016-01-01T12:45:00Z');
      const cancel = (): Promise<string> =>
        cancelJob(app, { serviceId: service.id, jobId: job.id }).then(
          () => 'cancelled',
          () => 'not found',
        );
      const both = round % 2 === 0 ? [cancel(), startScheduledJobs(app)] : [startScheduledJobs(app), cancel()];
      const results = await Promise.all(both);
      const answer = results.find((result) => typeof result === 'string');
      // A scheduler passes over a job that is being cancelled, and would find it at its next turn.
      await startScheduledJobs(app);
      const { status } = await readJob(app, job.id);
      expect(status).toBe(answer === 'cancelled' ? 'cancelled' : 'pending');
      expect(await queuedJobs(job.id)).toHaveLength(status === 'pending' ? 1 : 0);
      outcomes.add(status);
      clock.set('2016-01-01T12:00:00Z');
    }
    expect(outcomes.size).toBeGreaterThan(0);
  });

  it('waits for a scheduler that holds the job, and then finds it started', async () => {
    const job = await scheduled();
    let cancelled: Promise<unknown> = Promise.resolve();
    await app.db.transaction(async (tx) => {
      await tx.query({ text: `SELECT 1 FROM jobs WHERE id = $1 FOR NO KEY UPDATE`, values: [job.id] });
      cancelled = cancelJob(app, { serviceId: service.id, jobId: job.id });
      cancelled.catch(() => undefined);
      await tx.query({ text: `UPDATE jobs SET job_status = 'pending' WHERE id = $1`, values: [job.id] });
    });
    await expect(cancelled).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await readJob(app, job.id)).toMatchObject({ status: 'pending' });
  });
});

describe('the schedule', () => {
  it('starts what is due, once, however many schedulers look', async () => {
    const due = [
      await aFileJob(app, { template, content: smsRows(1), scheduledFor: '2016-01-01T12:10:00' }),
      await aFileJob(app, { template, content: smsRows(1), scheduledFor: '2016-01-01T12:05:00' }),
    ];
    const later = await aFileJob(app, { template, content: smsRows(1), scheduledFor: '2016-01-01T12:15:00' });
    clock.set('2016-01-01T12:15:00Z');
    const started = (await Promise.all([1, 2, 3].map(() => startScheduledJobs(app)))).flat();
    expect(started.filter((id) => due.some((job) => job.id === id)).sort()).toEqual(due.map(({ id }) => id).sort());
    for (const { id } of due) {
      expect(await readJob(app, id)).toMatchObject({ status: 'pending' });
      expect(await queuedJobs(id)).toHaveLength(1);
    }
    expect(await readJob(app, later.id), 'due at this moment, not before it').toMatchObject({ status: 'scheduled' });
    clock.set('2016-01-01T12:00:00Z');
  });
});
