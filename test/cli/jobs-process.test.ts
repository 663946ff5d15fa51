import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { createContactList } from '../../src/lib/contact-lists/create-contact-list.ts';
import { sendOne } from '../../src/lib/notifications/send-one.ts';
import { updateService } from '../../src/lib/services/update-service.ts';
import { archiveTemplate } from '../../src/lib/templates/archive-template.ts';
import { setContactListMetadata, storeContactList } from '../../src/lib/uploads/contact-list-file.ts';
import { openUpload, readUploadMetadata } from '../../src/lib/uploads/upload-file.ts';
import { systemUserId } from '../../src/lib/users/user.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { runCommand } from '../support/command-runner.ts';
import { temporaryFolder } from '../support/folders.ts';
import { storedJobs } from '../support/queue-probe.ts';
import { useTestApp } from '../support/test-app.ts';
import { aFile, jobCommandsOn, people } from './job-commands.ts';
import { anId } from './manifest.ts';

const app = useTestApp();
const { answerOf, environment, ids, notificationsOf, notify, sendArgs, target } = jobCommandsOn(app);

async function jobCount(): Promise<number> {
  const { rows } = await app.db.query<{ count: number }>('SELECT count(*) AS count FROM jobs');
  return rows[0]!.count;
}

describe('jobs process', () => {
  it('stores every row in this process, and leaves delivery to workers', async () => {
    const args = await sendArgs();
    const { exitCode, status, result, warnings } = await answerOf(...args, '--yes');
    expect({ exitCode, status, warnings }).toEqual({ exitCode: 0, status: 'ok', warnings: [] });
    expect(result).toMatchObject({
      job: {
        job_status: 'finished',
        notification_count: 2,
        service: ids.service,
        template: ids.template,
        created_by: { id: systemUserId },
        statistics: [{ status: 'created', count: 2 }],
      },
      plan: { row_count: 2, scheduled_for: null },
      run: { stored: 2, waiting: 2, not_allowed: 0, failed: 0 },
      dry_run: false,
    });
    expect(await notificationsOf(result.job.id)).toMatchObject([
      { row: 0, status: 'created' },
      { row: 1, status: 'created' },
    ]);
    const deliveries = (await storedJobs(app.db)).filter(({ queue }) => queue === 'send-sms');
    expect(deliveries).toMatchObject([{ state: 'created' }, { state: 'created' }]);
    const upload = { serviceId: ids.service, uploadId: result.job.id as string };
    expect(await readUploadMetadata(app.storage, upload)).toEqual({
      originalFileName: result.job.original_file_name,
      notificationCount: 2,
      templateId: ids.template,
      valid: true,
      senderId: null,
    });
    expect(await text((await openUpload(app.storage, upload))!)).toBe(people.replaceAll('\n', '\r\n'));
  });

  it('shows people what became of the file', async () => {
    const { exitCode, stdout, stderr } = await notify(...(await sendArgs()), '--yes');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(
      /^job +[\da-f-]{36}\nstatus +finished\nstored +2 of 2 text messages\nwait for a worker +2\nnext +notify jobs show /,
    );
  });

  it('shows a plan and does nothing with --dry-run', async () => {
    const before = await jobCount();
    const { status, exitCode, result } = await answerOf(...(await sendArgs()), '--dry-run');
    expect({ status, exitCode }).toEqual({ status: 'planned', exitCode: 0 });
    expect(result).toMatchObject({
      job: null,
      run: null,
      dry_run: true,
      plan: { service: { name: 'Surgery' }, template: { name: 'Reminder', version: 1, type: 'sms' }, row_count: 2 },
    });
    expect(result.plan.remaining).toBeLessThan(result.plan.daily_limit as number);
    expect((await notify(...(await sendArgs()), '--dry-run')).stdout).toContain('The file can be sent.');
    expect(await jobCount()).toBe(before);
  });

  it('does nothing before somebody says yes', async () => {
    const before = await jobCount();
    expect(await answerOf(...(await sendArgs()))).toMatchObject({
      exitCode: 4,
      error: { code: 'CONFIRMATION_NEEDED', message: 'Send 2 text messages? Nothing was done.' },
    });
    const { stderr } = await notify(...(await sendArgs()));
    expect(stderr).toMatch(/^template +Reminder \(sms, version 1\)$/m);
    expect(await jobCount()).toBe(before);
  });

  it('refuses a file with bad rows as a whole, and names every one of them', async () => {
    const before = await jobCount();
    const bad = `phone number,name\n07900900123,Jo\nabc,\n,"O'Neil, ""J"""\n07900900124,Al`;
    const file = await aFile(bad, 'bad.csv');
    const errors = join(await temporaryFolder(), 'errors.csv');
    const args = ['jobs', 'process', file, ...target(), '--yes', '--errors', errors];
    const human = await notify(...args);
    expect(human.exitCode).toBe(4);
    expect(human.stdout).toMatch(
      /^bad\.csv: 4 rows, 2 with errors\n\nThere are some problems with bad\.csv\nYou need to:/,
    );
    expect(human.stderr).toBe(
      `Error: 'bad.csv' was not sent: There are some problems with bad.csv\n'${errors}' names every bad row.\n`,
    );
    expect(await readFile(errors, 'utf8')).toBe(
      [
        'row,column,value,message',
        '3,phone number,abc,Mobile numbers can only include: 0 1 2 3 4 5 6 7 8 9 ( ) + -',
        '3,name,,Missing',
        '4,phone number,,Missing',
        '',
      ].join('\r\n'),
    );
    expect(await answerOf(...args)).toMatchObject({
      exitCode: 4,
      error: { code: 'REFUSED', details: { report: { sendable: false, rows_with_errors: [1, 2], row_count: 4 } } },
    });
    const checked = join(await temporaryFolder(), 'checked.csv');
    expect(await answerOf('jobs', 'check', file, '--template', ids.template, '--errors', checked)).toMatchObject({
      exitCode: 3,
    });
    expect(await readFile(checked, 'utf8')).toBe(await readFile(errors, 'utf8'));
    expect(await jobCount()).toBe(before);
  });

  it.each([
    ['people.xlsx', people, 'The file must be a spreadsheet that Notify can read'],
    [
      'latin.csv',
      Buffer.from('phone number,é\n', 'latin1'),
      'Notify cannot read this file - try using a different file type',
    ],
    ['large.csv', Buffer.alloc(10 * 1024 * 1024 + 1, 'x'), 'The file must be smaller than 10MB'],
    [
      'columns.csv',
      'phone number\n07900900123',
      'Your column names need to match the double brackets in your template',
    ],
  ])('refuses %s', async (name, content, title) => {
    const file = await aFile(content, name);
    expect(await answerOf('jobs', 'process', file, ...target(), '--yes')).toMatchObject({
      exitCode: 4,
      error: { message: `'${name}' was not sent: ${title}` },
    });
  });

  it('refuses the same file on the same day, unless it has another name or was cancelled', async () => {
    const file = await aFile();
    const send = (...more: string[]) => answerOf('jobs', 'process', file, ...target(), '--yes', ...more);
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    const scheduled = await send('--at', tomorrow);
    expect(scheduled).toMatchObject({ exitCode: 0, result: { job: { job_status: 'scheduled' } } });
    const refused = { exitCode: 4, error: { details: { report: { problem: { kind: 'already-sent-today' } } } } };
    expect(await send()).toMatchObject(refused);
    expect(await answerOf('jobs', 'check', file, '--template', ids.template)).toMatchObject({
      exitCode: 1,
      result: { problem: { kind: 'already-sent-today' } },
    });
    expect(await send('--name', 'another.csv')).toMatchObject({ exitCode: 0 });
    await answerOf('jobs', 'cancel', scheduled.result.job.id as string, '--yes');
    expect(await send()).toMatchObject({ exitCode: 0 });
  });

  it('schedules, and does not run', async () => {
    const at = new Date(Date.now() + 6 * 86_400_000).toISOString();
    const naive = at.slice(0, 19);
    const { exitCode, result } = await answerOf(...(await sendArgs()), '--yes', '--at', naive);
    expect(exitCode).toBe(0);
    expect(result).toMatchObject({
      job: { job_status: 'scheduled', scheduled_for: `${naive}.000000Z`, processing_started: null },
      run: null,
    });
    expect(await notificationsOf(result.job.id as string)).toEqual([]);
  });

  it.each([
    ['-1', 'Date cannot be in the past'],
    ['8', 'Date cannot be more than 7 days in the future'],
  ])('refuses a time %s days ahead before it uploads anything', async (days, message) => {
    const at = new Date(Date.now() + Number(days) * 86_400_000).toISOString();
    const before = await Array.fromAsync(app.storage.list('csv-uploads'));
    expect(await answerOf(...(await sendArgs()), '--yes', '--at', at)).toMatchObject({
      exitCode: 2,
      error: { message },
    });
    expect(await Array.fromAsync(app.storage.list('csv-uploads'))).toEqual(before);
  });

  it('takes tabs, and standard input with a name', async () => {
    const file = await aFile('phone number\tname\n07900900123\tSmith, Jo\n', 'tabs.tsv');
    const { result } = await answerOf('jobs', 'process', file, ...target(), '--yes');
    expect(result.run).toMatchObject({ stored: 1 });
    const upload = { serviceId: ids.service, uploadId: result.job.id as string };
    expect(await text((await openUpload(app.storage, upload))!)).toBe(
      'phone number,name\r\n07900900123,"Smith, Jo"\r\n',
    );
    const piped = await runCommand(['jobs', 'process', '-', '--name', 'piped.csv', ...target(), '--yes', '--json'], {
      env: environment(),
      input: people,
    });
    expect(piped.json().result).toMatchObject({ job: { original_file_name: 'piped.csv' }, run: { stored: 2 } });
  });

  it('sends with the sender that is named', async () => {
    const added = await notify(
      'services',
      'senders',
      'add',
      ids.service,
      '--type',
      'sms',
      '--value',
      'Doctor',
      '--json',
    );
    const sender = added.json().result.id as string;
    const { result } = await answerOf(...(await sendArgs()), '--yes', '--sender', sender);
    expect(await notificationsOf(result.job.id as string)).toMatchObject([
      { reply_to: 'Doctor' },
      { reply_to: 'Doctor' },
    ]);
  });

  it('sends a contact list to everybody on it', async () => {
    const list = { serviceId: ids.service, contactListId: app.ids.uuid() };
    const plain = (await aTemplate(app, ids.service, { content: 'Hello' })).id;
    await storeContactList(app.storage, {
      ...list,
      originalFileName: 'team.csv',
      content: Readable.from(['phone number\r\n07900900123\r\n\r\n']),
    });
    const checked = { originalFileName: 'team.csv', rowCount: 1, templateType: 'sms' } as const;
    await setContactListMetadata(app.storage, list, checked);
    await createContactList(app, {
      ...checked,
      serviceId: ids.service,
      id: list.contactListId,
      createdById: systemUserId,
    });
    const args = [
      'jobs',
      'process',
      '--contact-list',
      list.contactListId,
      '--service',
      ids.service,
      '--template',
      plain,
    ];
    const { result } = await answerOf(...args, '--yes');
    expect(result).toMatchObject({
      job: { original_file_name: 'team.csv', contact_list_id: list.contactListId, notification_count: 1 },
      run: { stored: 1 },
    });
    const upload = { serviceId: ids.service, uploadId: result.job.id as string };
    expect(await text((await openUpload(app.storage, upload))!)).toBe('phone number\r\n07900900123');
    expect(await answerOf(...args, '--yes')).toMatchObject({ exitCode: 4 });
    expect(await answerOf(...args, '--yes', '--name', 'team, again.csv')).toMatchObject({
      exitCode: 0,
      result: { job: { original_file_name: 'team, again.csv' } },
    });
  });

  it('refuses a file in which a quote swallows the rest', async () => {
    const file = await aFile('phone number,name\n07900900123,"Jo\n07900900124,Al\n', 'quote.csv');
    expect(await answerOf('jobs', 'process', file, ...target(), '--yes')).toMatchObject({
      exitCode: 4,
      error: {
        message: "'quote.csv' was not sent: Line 2: a quote that nothing closes; the rest of the file is one cell",
      },
    });
  });

  it('never writes bad rows over the file that has them', async () => {
    const file = await aFile('phone number,name\nabc,Jo\n');
    for (const args of [
      ['process', file, ...target(), '--yes'],
      ['check', file, '--template', ids.template],
    ]) {
      expect(await answerOf('jobs', ...args, '--errors', file)).toMatchObject({
        exitCode: 2,
        error: { message: `--errors is '${file}': that is the file to be checked` },
      });
    }
    expect(await readFile(file, 'utf8')).toBe('phone number,name\nabc,Jo\n');
  });

  it('keeps to what is left of the day', async () => {
    const small = (await aService(app)).id;
    await updateService(app, { serviceId: small, smsLimit: 3 });
    const greeting = await aTemplate(app, small);
    const message = { templateId: greeting.id, to: '07900900123', personalisation: { name: 'Jo' } };
    for (let times = 0; times < 2; times += 1)
      await sendOne(app, { ...message, clientReference: null, senderId: null });
    const args = ['--service', small, '--template', greeting.id, '--yes'];
    expect(await answerOf('jobs', 'process', await aFile(people, 'two.csv'), ...args)).toMatchObject({
      exitCode: 4,
      error: {
        details: {
          report: {
            problem: {
              title: 'Too many recipients',
              messages: [
                'You can only send 3 text messages per day.',
                'You can still send 1 text message today, but ‘two.csv’ contains 2 phone numbers.',
              ],
            },
          },
        },
      },
    });
    const one = await aFile('phone number,name\n07900900123,Jo', 'one.csv');
    expect(await answerOf('jobs', 'process', one, ...args)).toMatchObject({
      exitCode: 0,
      result: { run: { stored: 1 } },
    });
  });

  it('sends to the team and the guest list only in trial mode, and no letters', async () => {
    const trial = (await aService(app, { live: false, guestList: ['07900900123'] })).id;
    const sms = (await aTemplate(app, trial)).id;
    const letter = (await aTemplate(app, trial, { templateType: 'letter', subject: 'x', content: 'y' })).id;
    const process = async (content: string, templateId: string) =>
      answerOf('jobs', 'process', await aFile(content), '--service', trial, '--template', templateId, '--yes');
    expect(await process(people, sms)).toMatchObject({
      exitCode: 4,
      error: { details: { report: { problem: { kind: 'recipients-not-allowed' } } } },
    });
    expect(await process('phone number,name\n07900900123,Jo', sms)).toMatchObject({ exitCode: 0 });
    const address = 'address line 1,address line 2,postcode\nA,1 St,SW1A 1AA';
    expect(await process(address, letter)).toMatchObject({
      exitCode: 4,
      error: { details: { report: { problem: { kind: 'letters-in-trial-mode' } } } },
    });
  });

  it('refuses what is not there, or archived, or too much', async () => {
    const file = await aFile();
    const other = (await aService(app)).id;
    const archived = (await aTemplate(app, ids.service)).id;
    await archiveTemplate(app, { templateId: archived });
    const process = (...args: string[]) => answerOf('jobs', 'process', ...args, '--yes');
    const codes: [number, string[]][] = [
      [5, [file, '--service', ids.service, '--template', anId]],
      [5, [file, '--service', other, '--template', ids.template]],
      [5, [file, ...target(), '--sender', anId]],
      [5, [file, ...target(), '--created-by', anId]],
      [5, ['--contact-list', anId, ...target()]],
      [5, ['--resume', anId]],
      [4, [file, '--service', ids.service, '--template', archived]],
      [2, [...target()]],
      [2, [file, '--service', ids.service]],
      [2, [file, '--template', ids.template]],
      [2, [file, ...target(), '--contact-list', anId]],
      [2, ['-', ...target()]],
      [2, ['nothing-here.csv', ...target()]],
      [2, [file, '--resume', anId]],
      [2, [file, ...target(), '--at', 'soon']],
      [2, [file, ...target(), '--errors', '/nonexistent/errors.csv']],
    ];
    for (const [exitCode, args] of codes)
      expect({ args, exitCode: (await process(...args)).exitCode }).toEqual({ args, exitCode });
  });
});
