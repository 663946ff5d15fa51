import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Template } from '../../src/lib/templates/template.ts';
import { storeUpload } from '../../src/lib/uploads/upload-file.ts';
import { insertJobRow } from '../server/job-rows.ts';
import { insertRows } from '../server/notification-rows.ts';
import { aService, aTemplate } from '../support/builders.ts';
import type { CliResult } from '../support/cli.ts';
import { temporaryFolder } from '../support/folders.ts';
import { useTestApp } from '../support/test-app.ts';
import { commandsOn } from './commands-on-database.ts';

const app = useTestApp();
const { notify: run, expectError } = commandsOn(app);
const notify = (args: readonly string[]): Promise<CliResult> =>
  run(args, { env: { NOTIFY_STORAGE_DIR: app.config.storageDir! } });
/** The result of a command that succeeds. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests compare it with what they expect
async function resultOf(args: readonly string[]): Promise<any> {
  const answer = await notify([...args, '--json']);
  expect({ exitCode: answer.exitCode, stderr: answer.stderr }).toEqual({ exitCode: 0, stderr: '' });
  return answer.json().result;
}

let serviceId: string;
let template: Template;

beforeAll(async () => {
  serviceId = (await aService(app)).id;
  template = await aTemplate(app, serviceId, { name: 'Greeting' });
});

/** A job with its file, and a notification for each of these rows of it. */
async function aJob(csv: string, rows: readonly number[], of = template): Promise<string> {
  const id = await insertJobRow(app, of, { fileName: 'people, new.csv', notificationCount: rows.length });
  await storeUpload(app.storage, {
    serviceId: of.serviceId,
    uploadId: id,
    originalFileName: 'people, new.csv',
    content: (async function* () {
      yield csv;
    })(),
  });
  for (const row of rows) {
    const notification = await insertRows(app, of, { status: 'delivered', createdAt: '2026-07-01T23:30:15Z' });
    const values = [notification, id, row];
    await app.db.query({ text: 'UPDATE notifications SET job_id = $2, job_row_number = $3 WHERE id = $1', values });
  }
  return id;
}

async function aFile(content: string, name = 'people.csv'): Promise<string> {
  const file = join(await temporaryFolder(), name);
  await writeFile(file, content);
  return file;
}

describe('the report of a job', () => {
  it('has the columns of the file and what became of each row', async () => {
    const id = await aJob(
      'phone number,"na,me",Item,item\r\n07900900001, Jo ,a,b\r\n07900900002,"Al ""A""",,c\r\n',
      [0, 1],
    );
    const { exitCode, stdout, stderr } = await notify(['jobs', 'report', id]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '2 rows\n' });
    expect(stdout).toBe(
      'Row number,phone number,"na,me",Item,item,Template,Type,Job,Status,Time\n' +
        '1,07900900001,Jo,b,b,Greeting,sms,"people, new.csv",Delivered,2026-07-02 00:30:15\r\n' +
        '2,07900900002,"Al ""A""",c,c,Greeting,sms,"people, new.csv",Delivered,2026-07-02 00:30:15\r\n',
    );
  });

  it('leaves out rows without a message, and joins the values of repeated columns', async () => {
    const csv = 'phone number,item,item,item\n1,a,,c\n2,,b,\n3,x,y,z\n4,,,\n';
    const { stdout } = await notify(['jobs', 'report', await aJob(csv, [0, 2, 3])]);
    expect(stdout.split(/\r?\n/).map((line) => line.split(',Greeting')[0])).toEqual([
      'Row number,phone number,item,Template,Type,Job,Status,Time',
      '1,1,"a, c"',
      '3,3,"x, y, z"',
      '4,4,',
      '',
    ]);
  });

  it('is written to a file, as lines of JSON', async () => {
    const id = await aJob('phone number,name\n07900900001,Jo\n', [0]);
    const output = join(await temporaryFolder(), 'report.jsonl');
    expect(await resultOf(['jobs', 'report', id, '--format', 'jsonl', '--output', output])).toEqual({
      job_id: id,
      output,
      rows: 1,
    });
    expect(JSON.parse(await readFile(output, 'utf8'))).toEqual({
      row_number: 1,
      cells: { 'phone number': '07900900001', name: 'Jo' },
      template: 'Greeting',
      type: 'sms',
      job: 'people, new.csv',
      status: 'Delivered',
      time: '2026-07-02 00:30:15',
    });
    const again = await notify(['jobs', 'report', id, '--output', output, '--json']);
    expect(again.exitCode).toBe(4);
    expect((await notify(['jobs', 'report', id, '--output', output, '--yes'])).stdout).toBe(
      `Wrote 1 row to ${output}.\n`,
    );
  });

  it('goes on over thousands of rows, in their order', async () => {
    const id = await insertJobRow(app, template);
    const count = 12_000;
    await storeUpload(app.storage, {
      serviceId,
      uploadId: id,
      originalFileName: 'many.csv',
      content: (async function* () {
        yield 'phone number,number\n';
        for (let row = 0; row < count; row += 1) yield `07900900001,${row}\n`;
      })(),
    });
    await insertRows(app, template, { jobId: id, count });
    await app.db.query({
      text: 'UPDATE notifications SET job_row_number = job_row_number - 1 WHERE job_id = $1 AND job_row_number = 1',
      values: [id],
    });
    const { stdout, stderr } = await notify(['jobs', 'report', id]);
    expect(stderr).toBe('12000 rows\n'.replace('12000', '12,000'));
    const lines = stdout.split(/\r?\n/).slice(1, -1);
    expect(lines).toHaveLength(count);
    // The last one has no row in the file.
    for (const line of lines.slice(0, -1)) expect(line).toMatch(/^(\d+),07900900001,/);
    expect(lines.at(-2)).toMatch(/^12000,07900900001,11999,/);
    expect(lines.at(-1)).toMatch(/^12001,,,/);
  });

  it('needs the job and its file', async () => {
    await expectError(['jobs', 'report', app.ids.uuid(), '--output', 'x'], 5, { code: 'NOT_FOUND' });
    const id = await insertJobRow(app, template);
    await expectError(['jobs', 'report', id, '--output', 'x'], 5, { code: 'NOT_FOUND' });
    await expectError(['jobs', 'report', id], 2, { code: 'USAGE_INVALID' });
  });
});

describe('jobs', () => {
  it('are listed and shown', async () => {
    const of = await aTemplate(app, (await aService(app)).id);
    const id = await aJob('phone number\n07900900001\n', [0], of);
    const scheduled = await insertJobRow(app, of, { status: 'scheduled' });
    const list = await resultOf(['jobs', 'list', '--service', of.serviceId]);
    expect(list.map((job: { id: string }) => job.id).sort()).toEqual([id, scheduled].sort());
    const some = await resultOf(['jobs', 'list', '--service', of.serviceId, '--status', 'scheduled']);
    expect(some).toMatchObject([{ id: scheduled, job_status: 'scheduled' }]);
    expect(await resultOf(['jobs', 'show', id])).toMatchObject({ id, statistics: [{ status: 'delivered', count: 1 }] });
    expect((await notify(['jobs', 'show', id])).stdout).toMatch(/delivered +1/);
    expect((await notify(['jobs', 'list', '--service', of.serviceId])).stdout).toContain(id);
    await expectError(['jobs', 'show', app.ids.uuid()], 5, { code: 'NOT_FOUND' });
    await expectError(['jobs', 'list', '--service', app.ids.uuid()], 5, { code: 'NOT_FOUND' });
  });
});

describe('contact lists', () => {
  it('are added, listed, shown and removed', async () => {
    const { id: service } = await aService(app);
    const file = await aFile('Phone_Number,,\n07900900001,,\n07900900002,,\n', 'my list.csv');
    const planned = await notify(['contact-lists', 'add', file, '--service', service, '--dry-run', '--json']);
    expect(planned.json()).toMatchObject({ status: 'planned', result: { contact_list: null, row_count: 2 } });
    const { contact_list: list } = await resultOf(['contact-lists', 'add', file, '--service', service]);
    expect(list).toMatchObject({
      original_file_name: 'my list.csv',
      row_count: 2,
      template_type: 'sms',
      has_jobs: false,
    });
    const stored = await app.storage.head('contact-lists', `service-${service}-notify/${list.id}.csv`);
    expect(stored!.metadata).toEqual({
      original_file_name: 'my list.csv',
      row_count: '2',
      template_type: 'sms',
      valid: 'True',
    });
    expect(await resultOf(['contact-lists', 'list', '--service', service])).toEqual([list]);
    expect(await resultOf(['contact-lists', 'show', list.id])).toEqual(list);
    expect((await notify(['contact-lists', 'show', list.id])).stdout).toMatch(/was sent +never/);
    expect((await notify(['contact-lists', 'remove', list.id, '--json'])).exitCode).toBe(4);
    expect((await notify(['contact-lists', 'remove', list.id, '--yes'])).stdout).toBe("Removed 'my list.csv'.\n");
    expect(await app.storage.head('contact-lists', `service-${service}-notify/${list.id}.csv`)).toBeNull();
    expect(await resultOf(['contact-lists', 'list', '--service', service])).toEqual([]);
    await expectError(['contact-lists', 'show', list.id], 5, { code: 'NOT_FOUND' });
  });

  const refused: [string, string, string][] = [
    ['has more columns', 'phone number,name\n07900900001,Jo\n', 'Your file has too many columns'],
    ['has another column', 'name\nJo\n', 'There’s a problem with your column names'],
    ['has no columns', '', 'There’s a problem with your column names'],
    ['has no rows', 'email address\n', 'Your file is missing some rows'],
    ['has a bad row', 'email address\na@b.com\nnobody\n', 'There’s a problem with people.csv'],
  ];
  for (const [name, content, title] of refused) {
    it(`are refused when the file ${name}`, async () => {
      const args = ['contact-lists', 'add', await aFile(content), '--service', serviceId];
      const answer = await notify([...args, '--json']);
      expect(answer.exitCode).toBe(4);
      expect(answer.json()).toMatchObject({ error: { details: { report: { problem: { title } } } } });
      const { stdout, stderr } = await notify(args);
      expect(stdout).toContain(title);
      expect(stderr).toContain(`'people.csv' was not added: ${title}`);
    });
  }

  it('have numbers that the service may send to', async () => {
    const args = (service: string, file: string) => ['contact-lists', 'add', file, '--service', service, '--json'];
    const file = await aFile('phone number\n+12025550104\n');
    const { id } = await aService(app, { permissions: ['sms'] });
    expect((await notify(args(id, file))).exitCode).toBe(4);
    expect((await notify(args(serviceId, file))).exitCode).toBe(0);
    await expectError(args(app.ids.uuid(), file).slice(0, -1), 5, { code: 'NOT_FOUND' });
  });
});
