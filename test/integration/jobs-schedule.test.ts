import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { archiveJobs } from '../../src/lib/jobs/archive-jobs.ts';
import { checkJobStatus } from '../../src/lib/jobs/check-job-status.ts';
import { checkMissingRows } from '../../src/lib/jobs/check-missing-rows.ts';
import { completeFinishedJobs } from '../../src/lib/jobs/complete-finished-jobs.ts';
import type { SaveRowsArgs } from '../../src/lib/jobs/job-tasks.ts';
import { jobTasks } from '../../src/lib/jobs/job-work.ts';
import type { Job, JobStatus } from '../../src/lib/jobs/job.ts';
import { processIncompleteJobs } from '../../src/lib/jobs/process-incomplete-jobs.ts';
import { processJobRow } from '../../src/lib/jobs/process-job-row.ts';
import { processJob } from '../../src/lib/jobs/process-job.ts';
import { removeJobFiles } from '../../src/lib/jobs/remove-job-files.ts';
import { jobsSchedule } from '../../src/lib/jobs-schedule.ts';
import { scheduledTasks } from '../../src/lib/run-workers.ts';
import type { Service } from '../../src/lib/services/service.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { createTestClock } from '../server/test-clock.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { aFileJob, readJob, smsRows } from '../support/job-files.ts';
import { storedJobs, type StoredJob } from '../support/queue-probe.ts';
import { useTestApp } from '../support/test-app.ts';

const start = '2016-06-15T12:00:00Z';
const clock = createTestClock(start);
const app = useTestApp({ clock });

let service: Service;
let template: Template;
beforeAll(async () => {
  service = await aService(app);
  template = await aTemplate(app, service.id);
});
beforeEach(() => clock.set(start));

const minutesAgo = (minutes: number): Date => new Date(clock.now().getTime() - minutes * 60_000);

async function setJob({ id }: Job, columns: Readonly<Record<string, unknown>>): Promise<void> {
  const names = Object.keys(columns);
  const assignments = names.map((name, index) => `${name} = $${index + 2}`);
  await app.db.query({
    text: `UPDATE jobs SET ${assignments.join(', ')} WHERE id = $1`,
    values: [id, ...Object.values(columns)],
  });
}

const dropRow = (job: Job, row: number): Promise<unknown> =>
  app.db.query({ text: 'DELETE FROM notifications WHERE job_id = $1 AND job_row_number = $2', values: [job.id, row] });

async function rowNumbersOf(job: Job): Promise<number[]> {
  const { rows } = await app.db.query<{ row: number }>({
    text: 'SELECT job_row_number AS row FROM notifications WHERE job_id = $1 ORDER BY 1',
    values: [job.id],
  });
  return rows.map(({ row }) => row);
}

/** A job whose rows were all handed on, some minutes ago. */
async function finishedJob(minutes: number, rows = 3): Promise<Job> {
  const job = await aFileJob(app, { template, content: smsRows(rows) });
  await processJob(app, { jobId: job.id });
  await setJob(job, { processing_finished: minutesAgo(minutes) });
  return job;
}

const statusOf = async (job: Job): Promise<JobStatus> => (await readJob(app, job.id)).status;

async function tasksOf(job: Job, task: string): Promise<StoredJob[]> {
  const jobs = await storedJobs(app.db);
  return jobs.filter(({ task: name, args }) => name === task && JSON.stringify(args).includes(job.id));
}

const runTask = (name: string, args: object): Promise<void> =>
  jobTasks(app)
    .find((task) => task.name === name)!
    .run(args, { attempt: 1, requestId: null, signal: new AbortController().signal });

it('is part of the product, at the times of the sheet', () => {
  expect(scheduledTasks).toEqual(expect.arrayContaining([...jobsSchedule]));
  expect(Object.fromEntries(jobsSchedule.map(({ task, cron }) => [task, cron]))).toEqual({
    'run-scheduled-jobs': '0,15,30,45 * * * *',
    'check-job-status': '* * * * *',
    'update-status-of-fully-processed-jobs': '* * * * *',
    'check-for-missing-rows-in-completed-jobs': '*/10 * * * *',
    remove_sms_email_jobs: '0 4 * * *',
    remove_letter_jobs: '20 4 * * *',
  });
});

describe('jobs that do not get on', () => {
  it.each([
    ['in progress', 29.9, false],
    ['in progress', 30, true],
    ['in progress', 35, true],
    ['in progress', 35.1, false],
    ['finished', 32, false],
    ['pending', 32, false],
  ])('%s since %d minutes: %s', async (status, minutes, isStuck) => {
    const job = await aFileJob(app, { template, content: smsRows(1) });
    await setJob(job, { job_status: status, processing_started: status === 'pending' ? null : minutesAgo(minutes) });
    const stuck = await checkJobStatus(app);
    expect(stuck.includes(job.id)).toBe(isStuck);
    expect(await statusOf(job)).toBe(isStuck ? 'error' : status);
    expect(await tasksOf(job, 'process-incomplete-jobs')).toHaveLength(isStuck ? 1 : 0);
  });

  it('are found while they wait after their scheduled time, too', async () => {
    const job = await aFileJob(app, { template, content: smsRows(2) });
    await setJob(job, { job_status: 'pending', scheduled_for: minutesAgo(31) });
    expect(await checkJobStatus(app)).toContain(job.id);
    await processIncompleteJobs(app, { jobIds: [job.id] });
    expect(await readJob(app, job.id)).toMatchObject({ status: 'in progress', processingStarted: clock.now() });
    expect(await tasksOf(job, 'process-job')).toHaveLength(1);
    await processJob(app, { jobId: job.id });
    expect(await statusOf(job)).toBe('finished');
    expect(await rowNumbersOf(job)).toEqual([0, 1]);
  });

  it('are resumed after the last row that was handed on', async () => {
    const job = await aFileJob(app, { template, content: smsRows(5) });
    let looks = 0;
    const signal = {
      get aborted() {
        return (looks += 1) > 1;
      },
    } as AbortSignal;
    await processJob(app, { jobId: job.id }, { batchSize: 2, signal });
    await setJob(job, { processing_started: minutesAgo(31) });
    await checkJobStatus(app);
    expect(await rowNumbersOf(job)).toEqual([0, 1]);
    await runTask('process-incomplete-jobs', { jobIds: [job.id, app.ids.uuid()] });
    await runTask('process-job', { jobId: job.id });
    expect(await rowNumbersOf(job)).toEqual([0, 1, 2, 3, 4]);
    expect(await statusOf(job)).toBe('finished');
  });
});

describe('a finished job', () => {
  it.each([
    [0.5, 'finished'],
    [1, 'finished'],
    [1.1, 'finished all notifications created'],
    [19.9, 'finished all notifications created'],
    [20, 'finished'],
  ])('with all its rows, finished %d minutes ago: %s', async (minutes, expected) => {
    const job = await finishedJob(minutes);
    await completeFinishedJobs(app);
    expect(await statusOf(job)).toBe(expected);
  });

  it('that lacks a row is not told complete', async () => {
    const job = await finishedJob(5);
    await dropRow(job, 1);
    await completeFinishedJobs(app);
    expect(await statusOf(job)).toBe('finished');
  });

  it('is complete with rows that trial mode does not allow', async () => {
    const trial = await aService(app, { live: false });
    const job = await aFileJob(app, { template: await aTemplate(app, trial.id), content: smsRows(2) });
    await processJob(app, { jobId: job.id });
    await setJob(job, { processing_finished: minutesAgo(5) });
    await completeFinishedJobs(app);
    expect(await statusOf(job)).toBe('finished all notifications created');
    clock.advance(60 * 60_000);
    await checkMissingRows(app);
    expect(await tasksOf(job, 'save-sms')).toEqual([]);
  });

  it.each([
    [19, false],
    [20, false],
    [20.01, true],
    [23 * 60, true],
    [24 * 60 + 1, false],
  ])('finished %d minutes ago, is looked at for missing rows: %s', async (minutes, isChecked) => {
    const job = await finishedJob(minutes);
    await dropRow(job, 1);
    await checkMissingRows(app);
    const tasks = await tasksOf(job, 'save-sms');
    expect(tasks.map(({ queue, args }) => [queue, (args as SaveRowsArgs).rowNumbers])).toEqual(
      isChecked ? [['bulk-sms', [1]]] : [],
    );
    if (!isChecked) return;
    await checkMissingRows(app);
    expect(await tasksOf(job, 'save-sms'), 'a row that waits already is not queued twice').toHaveLength(1);
    await runTask('save-sms', tasks[0]!.args);
    await runTask('save-sms', tasks[0]!.args);
    expect(await rowNumbersOf(job)).toEqual([0, 1, 2]);
    await checkMissingRows(app);
    expect(await statusOf(job)).toBe('finished all notifications created');
  });

  it('without a single row lacks all of them', async () => {
    const job = await finishedJob(30);
    for (const row of [0, 1, 2]) await dropRow(job, row);
    await checkMissingRows(app);
    expect(await tasksOf(job, 'save-sms')).toMatchObject([{ args: { rowNumbers: [0, 1, 2] } }]);
  });

  it('has rows that the file lacks given up, not queued for ever', async () => {
    const job = await finishedJob(30);
    await setJob(job, { notification_count: 5 });
    await checkMissingRows(app);
    const [task] = await tasksOf(job, 'save-sms');
    expect(task!.args).toMatchObject({ rowNumbers: [3, 4] });
    await runTask('save-sms', task!.args);
    await app.db.query({ text: 'DELETE FROM pgboss.job WHERE id = $1', values: [task!.id] });
    await checkMissingRows(app);
    expect(await tasksOf(job, 'save-sms')).toEqual([]);
    expect(await statusOf(job), 'and is not told complete').toBe('finished');
  });

  it('has rows given up that failed every retry, until an operator asks for them', async () => {
    const job = await finishedJob(30);
    await dropRow(job, 2);
    const task = jobTasks(app).find(({ name }) => name === 'save-sms')!;
    const failure = { attempt: 6, error: new Error('no'), retryIn: null };
    await app.db.transaction((tx) => task.onExhausted!(tx, { jobId: job.id, rowNumbers: [2] }, failure));
    await checkMissingRows(app);
    expect(await tasksOf(job, 'save-sms')).toEqual([]);
    expect(await processJobRow(app, { jobId: job.id, rowNumber: 2 })).toMatchObject({ created: true });
    await checkMissingRows(app);
    expect(await statusOf(job)).toBe('finished all notifications created');
  });
});

describe('files', () => {
  const today = new Date('2016-06-15T04:00:00Z');
  const areThere = async (job: Job): Promise<boolean> =>
    (await app.storage.head('csv-uploads', `service-${job.serviceId}-notify/${job.id}.csv`)) !== null;
  const job = async (columns: object, of: Template = template): Promise<Job> => {
    const made = await aFileJob(app, { template: of, content: smsRows(1) });
    await setJob(made, { ...columns });
    return made;
  };
  const remove = (types: readonly ('sms' | 'email' | 'letter')[] = ['sms', 'email']): Promise<number> => {
    clock.set(today);
    return removeJobFiles(app, { types });
  };

  it('go when their day is further back than the service keeps messages, and the jobs are archived', async () => {
    const old = await job({ created_at: new Date('2016-06-07T23:59:59.999Z') });
    const kept = await job({ created_at: new Date('2016-06-08T00:00:00Z') });
    const scheduled = await job({
      created_at: new Date('2016-06-07T12:00:00Z'),
      scheduled_for: new Date('2016-06-08T00:00:00Z'),
    });
    const archived = await job({ created_at: new Date('2016-06-01T00:00:00Z'), archived: true });
    expect(await remove()).toBe(1);
    expect(await Promise.all([old, kept, scheduled, archived].map(areThere))).toEqual([false, true, true, true]);
    expect(await readJob(app, old.id)).toMatchObject({ archived: true, originalFileName: 'people.csv' });
    expect(await readJob(app, kept.id)).toMatchObject({ archived: false });
    expect(await remove()).toBe(0);
  });

  it('stay as long as a service keeps messages of the type', async () => {
    const { id: serviceId } = await aService(app);
    const [sms, letter] = [
      await aTemplate(app, serviceId),
      await aTemplate(app, serviceId, { templateType: 'letter' }),
    ];
    await app.db.query({
      text: `INSERT INTO service_data_retention (id, service_id, notification_type, days_of_retention, created_at)
        VALUES ($1, $2, 'sms', 3, now())`,
      values: [app.ids.uuid(), serviceId],
    });
    const created_at = new Date('2016-06-11T12:00:00Z');
    const [short, long] = [await job({ created_at }, sms), await job({ created_at }, letter)];
    await remove(['letter']);
    expect(await Promise.all([short, long].map(areThere))).toEqual([true, true]);
    await remove();
    expect(await Promise.all([short, long].map(areThere))).toEqual([false, true]);
  });

  it('stay when jobs are archived by their days in London, the last day excluded', async () => {
    const before = await job({ created_at: new Date('2015-06-30T22:59:59Z') });
    const first = await job({ created_at: new Date('2015-06-30T23:00:00Z') });
    const last = await job({ created_at: new Date('2015-07-01T22:59:59Z') });
    const after = await job({ created_at: new Date('2015-07-01T23:00:00Z') });
    const days = { start: '2015-07-01', end: '2015-07-02' };
    expect(await archiveJobs(app, { ...days, dryRun: true })).toBe(2);
    expect(await archiveJobs(app, days)).toBe(2);
    const jobs = await Promise.all([before, first, last, after].map(({ id }) => readJob(app, id)));
    expect(jobs.map(({ archived }) => archived)).toEqual([false, true, true, false]);
    expect(await areThere(first)).toBe(true);
    await expect(archiveJobs(app, { start: '2015-07-02', end: '2015-07-02' })).rejects.toMatchObject({
      code: 'USAGE_INVALID',
    });
  });
});
