import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { changeGuestList } from '../../src/lib/services/change-guest-list.ts';
import { updateService } from '../../src/lib/services/update-service.ts';
import { openUpload, readUploadMetadata, storeUpload } from '../../src/lib/uploads/upload-file.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { storedJobs } from '../support/queue-probe.ts';
import { useTestApp } from '../support/test-app.ts';
import { aFile, jobCommandsOn, people } from './job-commands.ts';
import { anId } from './manifest.ts';

const app = useTestApp();
const { answerOf, ids, notificationsOf, notify, sendArgs, target } = jobCommandsOn(app);

describe('jobs process --resume', () => {
  it('goes on with a job that nobody works on, and leaves one that is over', async () => {
    const { result } = await answerOf('jobs', 'create', await aFile(), ...target(), '--yes');
    const jobId = result.job.id as string;
    expect(result.job.job_status).toBe('pending');
    for (let times = 0; times < 2; times += 1) {
      expect(await answerOf('jobs', 'process', '--resume', jobId)).toMatchObject({
        exitCode: 0,
        result: { job: { id: jobId, job_status: 'finished' }, plan: null, run: { stored: 2 } },
      });
    }
    expect(await notificationsOf(jobId)).toHaveLength(2);
  });

  it('goes on with a job that was given up, once its file is back', async () => {
    const { result } = await answerOf('jobs', 'create', await aFile(), ...target(), '--yes');
    const jobId = result.job.id as string;
    const key = `service-${ids.service}-notify/${jobId}.csv`;
    const [content, info] = [await app.storage.read('csv-uploads', key), await app.storage.head('csv-uploads', key)];
    await app.storage.delete('csv-uploads', key);
    expect(await answerOf('jobs', 'process', '--resume', jobId)).toMatchObject({
      exitCode: 1,
      error: { details: { job: { job_status: 'error' } } },
    });
    await app.storage.put('csv-uploads', key, content!, { metadata: info!.metadata });
    expect(await answerOf('jobs', 'process', '--resume', jobId)).toMatchObject({
      exitCode: 0,
      result: { job: { job_status: 'finished' }, run: { stored: 2 } },
    });
  });

  it('says which rows trial mode left out', async () => {
    const trial = (await aService(app, { live: false, guestList: ['07900900123', '07900900124'] })).id;
    const greeting = (await aTemplate(app, trial)).id;
    const args = ['--service', trial, '--template', greeting, '--yes'];
    const { result } = await answerOf('jobs', 'create', await aFile(), ...args);
    await changeGuestList(app, { serviceId: trial, remove: ['07900900124'] });
    expect(await answerOf('jobs', 'process', '--resume', result.job.id as string)).toMatchObject({
      ...{ exitCode: 3, status: 'partial' },
      result: { run: { stored: 1, waiting: 1, not_allowed: 1, failed: 0 } },
    });
  });

  it('does not start what waits for its time, was cancelled, or has no room left', async () => {
    const at = new Date(Date.now() + 86_400_000).toISOString();
    const { result } = await answerOf(...(await sendArgs()), '--yes', '--at', at);
    const jobId = result.job.id as string;
    const resume = ['jobs', 'process', '--resume', jobId];
    expect(await answerOf(...resume)).toMatchObject({ exitCode: 4, error: { code: 'REFUSED' } });
    await answerOf('jobs', 'cancel', jobId, '--yes');
    expect(await answerOf(...resume)).toMatchObject({ exitCode: 4, error: { message: 'The job was cancelled' } });

    const small = (await aService(app)).id;
    const greeting = (await aTemplate(app, small)).id;
    const created = await answerOf(
      'jobs',
      'create',
      await aFile(),
      '--service',
      small,
      '--template',
      greeting,
      '--yes',
    );
    await updateService(app, { serviceId: small, smsLimit: 1 });
    expect(await answerOf('jobs', 'process', '--resume', created.result.job.id as string)).toMatchObject({
      exitCode: 4,
      error: { code: 'REFUSED', details: { job: { job_status: 'sending limits exceeded' } } },
    });
  });
});

describe('jobs create', () => {
  it('leaves the work to a worker', async () => {
    const { exitCode, result } = await answerOf('jobs', 'create', await aFile(), ...target(), '--yes');
    expect({ exitCode, status: result.job.job_status }).toEqual({ exitCode: 0, status: 'pending' });
    const waiting = (await storedJobs(app.db)).filter(({ subject }) => subject === result.job.id);
    expect(waiting).toMatchObject([{ task: 'process-job', state: 'created' }]);
    expect(await notificationsOf(result.job.id as string)).toEqual([]);
  });

  it('makes a job of an upload, checking it as any file', async () => {
    const upload = { serviceId: ids.service, uploadId: app.ids.uuid() };
    const store = (content: string): Promise<void> =>
      storeUpload(app.storage, { ...upload, originalFileName: 'stored.csv', content: Readable.from([content]) });
    const create = ['jobs', 'create', '--upload', upload.uploadId, '--service', ids.service];
    expect(await answerOf(...create, '--yes')).toMatchObject({ exitCode: 5 });
    await store('phone number\r\n07900900123');
    expect(await answerOf(...create, '--yes')).toMatchObject({ exitCode: 2 });
    expect(await answerOf(...create, '--template', ids.template, '--yes')).toMatchObject({ exitCode: 4 });
    await store(people);
    expect(await answerOf(...create, '--template', ids.template, '--dry-run')).toMatchObject({ status: 'planned' });
    expect(await readUploadMetadata(app.storage, upload)).toMatchObject({ valid: null });
    expect(await answerOf(...create, '--template', ids.template, '--yes')).toMatchObject({
      exitCode: 0,
      result: { job: { id: upload.uploadId, original_file_name: 'stored.csv', notification_count: 2 } },
    });
    expect(await readUploadMetadata(app.storage, upload)).toMatchObject({ valid: true, templateId: ids.template });
    const again = await answerOf(...create, '--yes');
    expect(again.exitCode).toBe(4);
    expect(await openUpload(app.storage, upload)).not.toBeNull();
  });

  it('shows its plan, and asks', async () => {
    const args = ['jobs', 'create', await aFile(), ...target()];
    expect(await answerOf(...args, '--dry-run')).toMatchObject({ status: 'planned', result: { job: null } });
    expect(await answerOf(...args)).toMatchObject({ exitCode: 4, error: { code: 'CONFIRMATION_NEEDED' } });
    expect((await notify(...args, '--yes')).stdout).toMatch(
      /^job +.*\nstatus +pending\nrows +2\nnext +notify jobs show/,
    );
  });
});

describe('jobs cancel', () => {
  it('cancels what waits for its time, once', async () => {
    const at = new Date(Date.now() + 86_400_000).toISOString();
    const { result } = await answerOf(...(await sendArgs()), '--yes', '--at', at);
    const cancel = ['jobs', 'cancel', result.job.id as string];
    expect(await answerOf(...cancel, '--dry-run')).toMatchObject({ status: 'planned', result: { already: false } });
    expect(await answerOf(...cancel)).toMatchObject({ exitCode: 4, error: { code: 'CONFIRMATION_NEEDED' } });
    expect(await answerOf(...cancel, '--yes')).toMatchObject({
      exitCode: 0,
      result: { job: { job_status: 'cancelled' } },
    });
    expect(await answerOf(...cancel)).toMatchObject({ exitCode: 0, result: { already: true } });
    expect((await notify(...cancel)).stdout).toMatch(/was cancelled already/);
  });

  it('cancels letters that are complete and not printed', async () => {
    const letter = await aTemplate(app, ids.service, { templateType: 'letter', subject: 'x', content: 'y' });
    const file = await aFile('address line 1,address line 2,postcode\nA,1 St,SW1A 1AA\nB,2 St,SW1A 1AA\n');
    const args = ['--service', ids.service, '--template', letter.id, '--yes'];
    const { result } = await answerOf('jobs', 'process', file, ...args);
    const jobId = result.job.id as string;
    expect(result.run).toMatchObject({ stored: 2 });
    expect(await answerOf('jobs', 'cancel', jobId, '--yes')).toMatchObject({
      exitCode: 4,
      error: { message: 'We are still processing these letters, please try again in 5 minutes.' },
    });
    await app.db.query({
      text: `UPDATE jobs SET job_status = 'finished all notifications created' WHERE id = $1`,
      values: [jobId],
    });
    expect((await notify('jobs', 'cancel', jobId, '--yes')).stdout).toMatch(
      /^Cancelled the job of '.+' with 2 letters\.$/m,
    );
    expect(await notificationsOf(jobId)).toMatchObject([{ status: 'cancelled' }, { status: 'cancelled' }]);
  });

  it('refuses what has begun, and what is not there', async () => {
    const { result } = await answerOf(...(await sendArgs()), '--yes');
    for (const flag of ['--yes', '--dry-run']) {
      expect(await answerOf('jobs', 'cancel', result.job.id as string, flag)).toMatchObject({
        exitCode: 4,
        error: { message: `The job is 'finished': only a job that waits for its time can be cancelled` },
      });
    }
    expect(await answerOf('jobs', 'cancel', anId, '--yes')).toMatchObject({ exitCode: 5 });
  });
});

describe('jobs process-row', () => {
  it('makes the notification that is missing, and says when there is one', async () => {
    const { result } = await answerOf(...(await sendArgs()), '--yes');
    const jobId = result.job.id as string;
    const before = await notificationsOf(jobId);
    await app.db.query({ text: 'DELETE FROM notifications WHERE job_id = $1 AND job_row_number = 1', values: [jobId] });
    await app.db.query('DELETE FROM pgboss.job');
    const first = await answerOf('jobs', 'process-row', jobId, '1');
    expect(first).toMatchObject({ exitCode: 0, result: { job_id: jobId, row_number: 1, created: true } });
    expect(await answerOf('jobs', 'process-row', '--job_id', jobId, '--job_row_number', '1')).toMatchObject({
      exitCode: 0,
      result: { notification_id: first.result.notification_id, created: false },
    });
    expect(await notificationsOf(jobId)).toEqual(before);
    expect((await notify('jobs', 'process-row', '-j', jobId, '-n', '1')).stdout).toBe(
      `Row 1 of job ${jobId} has its notification already: ${first.result.notification_id as string}\n`,
    );
  });

  it('exits 5 for a job or a row that is not there, 4 for a job that is not begun', async () => {
    const { result } = await answerOf(...(await sendArgs()), '--yes');
    const jobId = result.job.id as string;
    const { result: pending } = await answerOf('jobs', 'create', await aFile(), ...target(), '--yes');
    const codes: [number, string[]][] = [
      [5, [anId, '0']],
      [5, [jobId, '2']],
      [4, [pending.job.id as string, '0']],
      [2, [jobId]],
      [2, []],
      [2, [jobId, '-1']],
      [2, [jobId, '1', '-n', '2']],
    ];
    for (const [exitCode, args] of codes)
      expect({ args, exitCode: (await answerOf('jobs', 'process-row', ...args)).exitCode }).toEqual({ args, exitCode });
  });
});

describe('jobs archive', () => {
  it('archives the jobs of days, the last one excluded', async () => {
    const { result } = await answerOf(...(await sendArgs()), '--yes');
    const jobId = result.job.id as string;
    const move = { text: `UPDATE jobs SET created_at = '2020-06-30 23:00' WHERE id = $1`, values: [jobId] };
    await app.db.query(move);
    const archive = ['jobs', 'archive'];
    const days = ['--from', '2020-07-01', '--to', '2020-07-02'];
    expect(await answerOf(...archive, '--from', '2020-06-01', '--to', '2020-07-01', '--yes')).toMatchObject({
      result: { archived: 0 },
    });
    expect(await answerOf(...archive, ...days, '--dry-run')).toMatchObject({
      status: 'planned',
      result: { archived: 1 },
    });
    expect(await answerOf(...archive, ...days)).toMatchObject({ exitCode: 4, error: { code: 'CONFIRMATION_NEEDED' } });
    expect((await notify(...archive, '-s', '2020-07-01', '-e', '2020-07-02', '-y')).stdout).toBe(
      'Archived 1 job created from 2020-07-01 to the day before 2020-07-02.\n',
    );
    expect(await answerOf(...archive, ...days)).toMatchObject({ exitCode: 0, result: { archived: 0 } });
    expect(await answerOf(...archive, '--from', '2020-07-02', '--to', '2020-07-02')).toMatchObject({ exitCode: 2 });
  });
});
