/** The commands about callbacks, against a real database. */
import { readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { replayListedCallbacks } from '../../src/lib/callbacks/replay-listed-callbacks.ts';
import { checkpointOf } from '../../src/lib/cli/checkpoint.ts';
import { insertRows } from '../server/notification-rows.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { temporaryFolder } from '../support/folders.ts';
import { storedJobs } from '../support/queue-probe.ts';
import { useTestApp } from '../support/test-app.ts';
import { commandsOn } from './commands-on-database.ts';

const app = useTestApp();
const { notify, resultOf, textOf, expectError } = commandsOn(app);
const token = 'a-token-of-20-chars!';
const url = 'https://1.1.1.1/callbacks';

let service: { id: string };
let tokenFile: string;
beforeEach(async () => {
  service = await aService(app);
  tokenFile = await aFile(`${token}\n`);
});

async function aFile(content: string): Promise<string> {
  const file = join(await temporaryFolder(), 'file.txt');
  await writeFile(file, content);
  return file;
}

const set = (...more: string[]): string[] => [
  'services',
  'callbacks',
  'set',
  service.id,
  '--type',
  'delivery_status',
  ...more,
];

describe('services callbacks', () => {
  it('sets, changes, lists and removes a callback, with history and without showing the token', async () => {
    const created = await resultOf(set('--url', url, '--token-file', tokenFile));
    expect(created).toMatchObject({
      service_id: service.id,
      type: 'delivery_status',
      url,
      version: 1,
      outcome: 'created',
    });
    expect(await resultOf(set('--url', url, '--token-file', tokenFile))).toEqual({ ...created, outcome: 'unchanged' });
    const changed = await resultOf(set('--url', `${url}/2`));
    expect(changed).toMatchObject({ id: created.id, url: `${url}/2`, version: 2, outcome: 'changed' });
    const list = await notify(['services', 'callbacks', 'list', service.id, '--json']);
    expect(list.json()).toMatchObject({ result: [{ id: created.id, url: `${url}/2`, version: 2 }] });
    expect(list.stdout).not.toContain(token);
    expect(await textOf(['services', 'callbacks', 'list', service.id])).toContain(`delivery_status  ${url}/2`);

    const remove = ['services', 'callbacks', 'remove', service.id, '--type', 'delivery_status', '--yes'];
    expect(await textOf(remove)).toBe(`Removed the delivery_status callback to ${url}/2.\n`);
    await expectError(remove, 5, { code: 'NOT_FOUND', message: 'Service delivery receipt API not found' });
    expect(await textOf(['services', 'callbacks', 'list', service.id])).toBe('The service has no callbacks.\n');
    const { rows } = await app.db.query({
      text: `SELECT version, url, bearer_token LIKE 'v1.%' AS sealed FROM service_callback_api_history
        WHERE service_id = $1 ORDER BY version`,
      values: [service.id],
    });
    expect(rows).toEqual([
      { version: 1, url, sealed: true },
      { version: 2, url: `${url}/2`, sealed: true },
    ]);
  });

  it.each([
    ['inbound_sms', 'Service inbound API not found'],
    ['returned_letter', 'Service returned letter API not found'],
    ['complaint', 'Service complaint API not found'],
  ])('names the %s callback that is not there', async (type, message) => {
    const remove = ['services', 'callbacks', 'remove', service.id, '--type', type, '--yes'];
    await expectError(remove, 5, { code: 'NOT_FOUND', message });
  });

  it.each([
    ['http://example.gov.uk/', 2, 'VALIDATION_FAILED', 'url is not a valid https url'],
    ['example.gov.uk', 2, 'VALIDATION_FAILED', 'url is not a valid https url'],
    ['ftp://example.gov.uk/', 2, 'VALIDATION_FAILED', 'url is not a valid https url'],
    [
      'https://127.0.0.1/',
      4,
      'DESTINATION_REFUSED',
      'Not allowed: the host has an address that is not of the public internet',
    ],
    [
      'https://localhost/',
      4,
      'DESTINATION_REFUSED',
      'Not allowed: the host has an address that is not of the public internet',
    ],
    ['https://u:p@1.1.1.1/', 4, 'DESTINATION_REFUSED', 'Not allowed: the URL holds a user name or a password'],
    ['https://1.1.1.1:8443/', 4, 'DESTINATION_REFUSED', 'Not allowed: port 8443 is none of 443, 80'],
  ])('refuses the URL %s', async (wrong, exitCode, code, message) => {
    await expectError(set('--url', wrong, '--token-file', tokenFile), exitCode, { code, message });
  });

  it('refuses a short token without repeating it, and a new callback without one', async () => {
    const short = 'short-tok';
    const answer = await notify(set('--url', url, '--token-file', await aFile(short), '--json'));
    expect(answer.json()).toMatchObject({ error: { code: 'VALIDATION_FAILED', message: 'bearer_token is too short' } });
    expect(answer.stdout + answer.stderr).not.toContain(short);
    await expectError(set('--url', url), 2, {
      code: 'USAGE_INVALID',
      message: 'The service has no delivery_status callback yet: it needs a URL and a token',
    });
    await expectError(set(), 2, { code: 'USAGE_INVALID' });
    const unknown = ['services', 'callbacks', 'list', app.ids.uuid()];
    await expectError(unknown, 5, { code: 'NOT_FOUND' });
  });
});

describe('callbacks replay', () => {
  const replay = (...more: string[]): string[] => ['callbacks', 'replay', ...more];

  it('tells what became of notifications in a file, once', async () => {
    await resultOf(set('--url', url, '--token-file', tokenFile));
    const template = await aTemplate(app, service.id);
    const silent = await aTemplate(app, (await aService(app)).id);
    const id = await insertRows(app, template, { status: 'delivered' });
    const untold = await insertRows(app, silent, { status: 'delivered' });
    const unknown = app.ids.uuid();
    const file = await aFile(`${id}\n\n${untold}\n${unknown}\nnonsense\n`);
    const lines = [
      { line: id, outcome: 'queued', message: `Created callback task for notification: ${id}.` },
      { line: untold, outcome: 'unconfigured', message: `Callback api was not found for notification: ${untold}.` },
      { line: unknown, outcome: 'unknown', message: `ID: ${unknown} was not found in notifications.` },
      { line: 'nonsense', outcome: 'unknown', message: 'ID: nonsense was not found in notifications.' },
    ];
    const planned = await notify(replay('--file', file, '--dry-run', '--json'));
    expect({ exitCode: planned.exitCode, ...planned.json() }).toMatchObject({ exitCode: 3, result: { lines } });
    expect(await storedJobs(app.db)).toEqual([]);
    const first = await notify(replay('--file', file, '--yes', '--json'));
    expect({ exitCode: first.exitCode, ...first.json() }).toMatchObject({
      exitCode: 3,
      status: 'partial',
      result: { counts: { queued: 1, unconfigured: 1, unknown: 2 }, lines },
    });
    expect(await textOf(replay('--file', await aFile(id), '--yes'))).toBe(
      `A callback task for notification: ${id} is live.\n`,
    );
    expect(await storedJobs(app.db)).toHaveLength(1);
  });

  it('takes references of a service all together or not at all', async () => {
    const template = await aTemplate(app, service.id);
    await insertRows(app, template, { status: 'delivered', reference: 'one' });
    await insertRows(app, template, { status: 'delivered', reference: 'twice', count: 2 });
    const replayed = async (...references: string[]): Promise<string[]> =>
      replay('--service', service.id, '--file', await aFile(references.join('\n')), '--yes');
    const count = (await storedJobs(app.db)).length;
    await expectError(await replayed('one'), 5, {
      code: 'NOT_FOUND',
      message: `Callback api was not found for service: ${service.id}`,
    });
    await resultOf(set('--url', url, '--token-file', tokenFile));
    await expectError(await replayed('one', 'two', 'three'), 5, {
      code: 'NOT_FOUND',
      message: 'Reference: two was not found in notifications.\nReference: three was not found in notifications.',
    });
    await expectError(await replayed('one', 'twice'), 4, {
      code: 'REFUSED',
      message: 'Reference: twice belongs to several notifications.',
    });
    expect(await storedJobs(app.db)).toHaveLength(count);
    expect(await resultOf(await replayed('one'))).toMatchObject({ counts: { queued: 1 } });
    expect(await storedJobs(app.db)).toHaveLength(count + 1);
  });

  it('goes on where an interrupted replay of a file stopped', async () => {
    await resultOf(set('--url', url, '--token-file', tokenFile));
    const template = await aTemplate(app, service.id);
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) ids.push(await insertRows(app, template, { status: 'delivered' }));
    const file = await aFile(ids.join('\n'));
    const checkpoint = checkpointOf(file, ids, 'callbacks null');
    const interruption = new AbortController();
    const first = await replayListedCallbacks(app, {
      lines: ids,
      serviceId: null,
      pageSize: 2,
      signal: interruption.signal,
      async onPage(done) {
        await checkpoint.write(done);
        interruption.abort();
      },
    });
    expect(first.map(({ line }) => line)).toEqual(ids.slice(0, 2));
    // What was told is over by now: telling it again would show.
    await app.db.query('DELETE FROM pgboss.job');

    const resume = replay('--file', file, '--resume', '--yes');
    const planned = await resultOf(replay('--file', file, '--resume', '--dry-run'), { status: 'planned' });
    expect(planned).toMatchObject({ counts: { queued: 3 } });
    expect(await resultOf(resume)).toMatchObject({
      counts: { queued: 3 },
      lines: ids.slice(2).map((line) => ({ line })),
    });
    expect(await storedJobs(app.db)).toHaveLength(3);
    // It is done: there is nothing to go on with.
    expect(await readdir(dirname(file))).toEqual(['file.txt']);
    await expectError(resume, 2, {
      code: 'USAGE_INVALID',
      message: expect.stringMatching(
        /^The checkpoint of --resume is '.*', which does not exist: expected one of this command$/,
      ) as unknown,
    });
  });

  it('does not go on with other lines, another service, or standard input', async () => {
    const file = await aFile('one\ntwo\nthree');
    await checkpointOf(file, ['one', 'two'], 'callbacks null').write(1);
    const message = expect.stringMatching(/file\.txt\.checkpoint is of other lines or of another service/) as unknown;
    await expectError(replay('--file', file, '--resume', '--yes'), 2, { code: 'USAGE_INVALID', message });
    await checkpointOf(file, ['one', 'two', 'three'], `callbacks ${app.ids.uuid()}`).write(1);
    await expectError(replay('--file', file, '--resume', '--yes'), 2, { code: 'USAGE_INVALID', message });
    await expectError(replay('--file', '-', '--resume', '--yes'), 2, {
      code: 'USAGE_INVALID',
      message: '--resume needs a file: of standard input nothing is kept',
    });
    await expectError(replay('--service', service.id, '--resume', '--yes'), 2, { code: 'USAGE_INVALID' });
  });

  it('sends callbacks of the log again, and asks before', async () => {
    await resultOf(set('--url', url, '--token-file', tokenFile));
    const id = await insertRows(app, await aTemplate(app, service.id), { status: 'delivered' });
    await app.db.query({
      text: `INSERT INTO callback_deliveries VALUES ($1, $2, 'delivery_status', $3, 'failed', 6, 500, 'status', $4, $4)`,
      values: [`delivery_status_${id}_delivered`, service.id, id, '2026-03-10T12:00:00Z'],
    });
    const failed = replay('--service', service.id, '--failed-only', '--since', '2026-03-10', '--until', '2026-03-11');
    await expectError(failed, 4, { code: 'CONFIRMATION_NEEDED' });
    const counts = { queued: 1, live: 0, superseded: 0, unconfigured: 0, gone: 0 };
    const last = '2026-03-10T12:00:00.000Z';
    expect(await resultOf([...failed, '--dry-run'], { status: 'planned' })).toEqual({
      counts,
      lines: [],
      last,
      dry_run: true,
    });
    expect(await resultOf([...failed, '--yes'])).toEqual({ counts, lines: [], last, dry_run: false });
    // As processes of their own: each listens for the signals that interrupt it.
    const again = await notify([...failed, '--yes'], { input: '' });
    const complaints = ['--service', service.id, '--type', 'complaint', '--yes'];
    const none = await notify(replay(...complaints), { input: '' });
    expect([again.stdout, none.stdout]).toEqual(['1 live\n', 'Nothing to replay.\n']);
  });

  it.each([
    [[], 'Expected --service or --file'],
    [
      ['--service', '018f2f6e-7c1a-7000-8000-000000000000', '--since', '2026-03-11', '--until', '2026-03-10'],
      '--since must be before --until',
    ],
  ])('needs to know what to send: %j', async (flags, message) => {
    await expectError(replay(...flags, '--yes'), 2, { code: 'USAGE_INVALID', message });
  });
});
