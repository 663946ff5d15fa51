/** The commands that bring letters to the print provider, against a real database. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { utcDate, addDays } from '../../src/lib/core/london-time.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { temporaryFolder } from '../support/folders.ts';
import { useTestApp } from '../support/test-app.ts';
import { manyLetters, storeLetters, type StoredLetter } from '../support/waiting-letters.ts';
import { commandsOn } from './commands-on-database.ts';

const app = useTestApp();
const commands = commandsOn(app);
/** Before the last deadline, whatever the time is. */
const created = new Date(`${addDays(utcDate(new Date()), -2)}T10:00:00Z`);
let folder: string;
let serviceId: string;
let templateId: string;

const env = (): Record<string, string> => ({
  NOTIFY_STORAGE_DIR: app.config.storageDir!,
  NOTIFY_PRINT_FOLDER: folder,
});
const notify: typeof commands.notify = (args) => commands.notify(args, { env: env() });
const resultOf: typeof commands.resultOf = (args, options = {}) => commands.resultOf(args, { env: env(), ...options });

beforeAll(async () => {
  ({ id: serviceId } = await aService(app));
  ({ id: templateId } = await aTemplate(app, serviceId, { templateType: 'letter' }));
});

beforeEach(async () => {
  folder = await temporaryFolder();
  for (const table of ['notifications', 'letter_zips', 'letter_print_runs', 'letter_print_requests'])
    await app.db.query(`DELETE FROM ${table}`);
  for await (const { key } of app.storage.list('letters')) await app.storage.delete('letters', key);
});

function waiting(count: number, letter: object = {}): Promise<StoredLetter[]> {
  return storeLetters(app, manyLetters(count, { serviceId, templateId, createdAt: created, ...letter }));
}

async function stored(): Promise<{ id: string }[]> {
  return (await app.db.query<{ id: string }>('SELECT id FROM notifications ORDER BY created_at, id')).rows;
}

describe('letters collate and upload', () => {
  it('put letters into zips, and bring them to the folder', async () => {
    await waiting(3);
    await waiting(1, { from: 10, createdAt: new Date() });
    expect((await notify(['letters', 'status'])).stdout).toMatch(
      /^Waiting for the print run of \S+: 3 letters; for the next one: 1\.\nOpen: 0 zips\. Letters go to /,
    );
    const planned = await resultOf(['letters', 'collate', '--dry-run'], { status: 'planned' });
    expect(planned).toMatchObject({ zips: 1, letters: 3, missing: 0 });
    expect(await resultOf(['letters', 'status'])).toMatchObject({
      waiting: [{ postage: 'second', letters: 3, sheets: 3 }],
      waiting_later: 1,
      open_zips: 0,
      incomplete_run: null,
      zips: [],
      destination: folder,
    });
    expect(await resultOf(['letters', 'collate'])).toMatchObject({ zips: 1, letters: 3 });
    const refused = await notify(['letters', 'collate', '--json']);
    expect([refused.exitCode, refused.json().error!.code]).toEqual([4, 'REFUSED']);
    expect(refused.json().error!.hint).toContain('notify letters upload');
    const { id } = (await stored())[0]!;
    expect(await resultOf(['letters', 'show', id])).toMatchObject({ zip: { state: 'open' }, sent_by: null });
    expect(await resultOf(['letters', 'upload'])).toMatchObject({ uploaded: 1, letters: 3, open: 0 });
    const [name] = await readdir(folder);
    expect(await resultOf(['letters', 'show', id])).toMatchObject({ zip: { name, state: 'sent' }, sent_by: 'dvla' });
    const shown = (await notify(['letters', 'show', id])).stdout;
    expect(shown).toMatch(/^sent_by +dvla$/m);
    expect(shown).toMatch(new RegExp(`^zip +${name} \\(sent\\)$`, 'm'));
    const { zips } = await resultOf(['letters', 'status', '--state', 'sent']);
    expect(zips).toMatchObject([{ name, state: 'sent', letters: 3, acknowledged_at: null }]);
    expect((await notify(['letters', 'collate'])).stdout).toContain('No letters wait');
    expect((await notify(['letters', 'upload'])).stdout).toBe('No zip is open.\n');
    expect((await notify(['letters', 'collate', '--resume'])).stdout).toBe('No run was interrupted.\n');

    const missing = await notify(['letters', 'ack', '--json']);
    expect([missing.exitCode, missing.json().result]).toMatchObject([3, { missing: [name] }]);
    const acknowledged = await resultOf(['letters', 'ack', name!.replace('.ZIP', '.ACK.txt')]);
    expect(acknowledged).toMatchObject({ acknowledged: [name], unknown: [], missing: [] });
  });

  it('say which letters have no PDF, and which zips cannot be made', async () => {
    await waiting(1, { pdf: null });
    const [, kept] = await waiting(2, { from: 10 });
    const collated = await notify(['letters', 'collate', '--json']);
    expect([collated.exitCode, collated.json().status]).toEqual([3, 'partial']);
    await app.storage.delete('letters', kept!.key);
    const uploaded = await notify(['letters', 'upload', '--json']);
    expect([uploaded.exitCode, uploaded.json().result]).toMatchObject([3, { uploaded: 0, open: 1 }]);
    const { name } = uploaded.json().result.failures[0];
    await commands.expectError(['letters', 'upload', '--give-up', name], 4, { code: 'CONFIRMATION_NEEDED' });
    expect(await resultOf(['letters', 'upload', '--give-up', name, '--yes'])).toMatchObject({ given_up: 2 });
    await commands.expectError(['letters', 'upload', '--give-up', 'X.ZIP', '--yes'], 5, { code: 'NOT_FOUND' });
  });

  it('refuse a day that is to come, and do not run side by side', async () => {
    const args = ['letters', 'collate', '--print-date', '2999-01-01'];
    await commands.expectError(args, 4, { code: 'REFUSED' });
    await commands.expectError(['letters', 'collate', '--print-date', 'today'], 2, { code: 'USAGE_INVALID' });
    await app.db.transaction(async (tx) => {
      await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('letters collate', 0)),
        pg_advisory_xact_lock(hashtextextended('letters upload', 0))`);
      await commands.expectError(['letters', 'collate'], 75, { code: 'LOCKED' });
      await commands.expectError(['letters', 'upload'], 75, { code: 'LOCKED' });
    });
  });

  it('name a configuration that does not do', async () => {
    const both = { NOTIFY_PRINT_FOLDER: folder, NOTIFY_PRINT_SFTP_URL: 'sftp://user@sftp.example' };
    const answer = await commands.notify(['letters', 'status', '--json'], { env: both });
    expect([answer.exitCode, answer.json().error!.code]).toEqual([78, 'CONFIG_INVALID']);
  });
});

describe('with an API of the print provider, letters collate', () => {
  it('queues letters in place of making zips', async () => {
    await waiting(3);
    await commands.expectError(['letters', 'import-responses'], 2, { code: 'USAGE_INVALID' });
    const environment = {
      ...env(),
      NOTIFY_PRINT_FOLDER: '',
      NOTIFY_PRINT_API_URL: 'https://printer.example/api',
      NOTIFY_PRINT_API_USER: 'notify',
      NOTIFY_PRINT_API_PASSWORD: 'very-secret',
      NOTIFY_PRINT_API_KEY: 'more-secret',
      NOTIFY_PUBLIC_URL: 'https://notify.example',
    };
    const planned = await commands.resultOf(['letters', 'collate', '--dry-run'], {
      env: environment,
      status: 'planned',
    });
    expect(planned).toMatchObject({ zips: 0, letters: 3, dry_run: true });
    const plan = await commands.notify(['letters', 'collate', '--dry-run'], { env: environment });
    expect(plan.stdout).toMatch(/^3 letters would be queued for the print provider, /);
    const status = await commands.resultOf(['letters', 'status'], { env: environment });
    expect(status).toMatchObject({ destination: 'https://printer.example/api', open_zips: 0, queued_for_api: 0 });
    const { stdout, exitCode } = await commands.notify(['letters', 'collate'], { env: environment });
    expect([exitCode, stdout]).toEqual([
      0,
      expect.stringMatching(/^3 letters queued for the print provider, print date /),
    ]);
    expect((await app.db.query('SELECT FROM letter_print_requests')).rowCount).toBe(3);
    const [letter] = await stored();
    await app.db.query({
      text: `UPDATE notifications SET notification_status = 'sending' WHERE id = $1`,
      values: [letter!.id],
    });
    const queued = await commands.resultOf(['letters', 'status'], { env: environment });
    expect(queued).toMatchObject({ queued_for_api: 2, waiting: [], waiting_later: 0 });
    const told = (await commands.notify(['letters', 'status'], { env: environment })).stdout;
    expect(told).toContain(": 0 letters; for the next one: 0.\nQueued for the print provider's API: 2 letters.\n");
    const upload = await commands.notify(['letters', 'upload'], { env: environment });
    expect(upload.stdout).toBe('No zip is open.\n');
    const twoPlaces = { ...environment, NOTIFY_PRINT_FOLDER: folder };
    const refused = await commands.notify(['letters', 'status', '--json'], { env: twoPlaces });
    expect([refused.exitCode, refused.json().error!.code]).toEqual([78, 'CONFIG_INVALID']);
  });
});

describe('letters import-responses and returned', () => {
  it('read what the provider left on its server', async () => {
    await waiting(2, { status: 'sending' });
    const inbox = join(folder, 'dispatch');
    await mkdir(inbox);
    await writeFile(join(inbox, 'NOTIFY-20260130230000-RSP.TXT'), 'REF0000000000000|Sent|1|Sorted\n');
    await writeFile(join(inbox, 'NOTIFY-20260130230001-RSP.TXT'), 'nonsense');
    await writeFile(join(inbox, 'NOTIFY.X.ACK.txt'), '');
    const fromServer = (): ReturnType<typeof notify> =>
      notify(['letters', 'import-responses', '--from-server', '--json']);
    const first = await fromServer();
    expect([first.exitCode, first.json()]).toMatchObject([
      3,
      {
        status: 'partial',
        result: [{ file: 'NOTIFY-20260130230000-RSP.TXT', delivered: 1 }],
        warnings: ['DVLA response file: NOTIFY-20260130230001-RSP.TXT has an invalid format'],
      },
    ]);
    expect(first.stderr).toContain('Read 1 acknowledgement; of no zip: 1.');
    const again = await fromServer();
    expect([again.exitCode, again.json()]).toMatchObject([0, { status: 'ok', result: [], warnings: [] }]);
    const both = ['letters', 'import-responses', '--from-server', join(inbox, 'NOTIFY-20260130230000-RSP.TXT')];
    await commands.expectError(both, 2, { code: 'USAGE_INVALID' });
  });

  it('record what the provider says', async () => {
    await waiting(2, { status: 'sending' });
    const dispatch = join(folder, 'dispatch');
    await mkdir(dispatch);
    const file = join(dispatch, 'NOTIFY-20260130230000-RSP.TXT');
    await writeFile(file, 'REF0000000000000|Sent|1|Sorted\nREF0000000000001|Failed|1|Unsorted\n');
    const answer = await notify(['letters', 'import-responses', file, '--json']);
    expect([answer.exitCode, answer.json()]).toMatchObject([
      3,
      {
        result: [{ billing_day: '2026-01-30', delivered: 1, failed: 1, sorted: 1, unsorted: 1 }],
        warnings: [expect.stringContaining("['REF0000000000001']")],
      },
    ]);
    await writeFile(file, 'nonsense');
    await commands.expectError(['letters', 'import-responses', file], 2, { code: 'VALIDATION_FAILED' });
    for (const [path, why] of [
      ['/nonexistent', 'which does not exist'],
      [folder, 'which is a folder'],
    ] as const) {
      await commands.expectError(['letters', 'import-responses', path], 2, {
        code: 'USAGE_INVALID',
        message: `FILE is '${path}', ${why}: expected a file of responses`,
      });
    }

    const list = join(folder, 'returned.txt');
    await writeFile(list, 'NOTIFY000REF0000000000000\r\nREF0000000000009\r\n\r\n');
    const returned = await resultOf(['letters', 'returned', list, '--yes']);
    expect(returned).toEqual({ recorded: 1, already: 0, unknown: 1 });
    await writeFile(list, 'too-short\n');
    await commands.expectError(['letters', 'returned', list, '--yes'], 2, { code: 'VALIDATION_FAILED' });
  });
});

describe('letters cancel and resend', () => {
  it('take a letter back, or have it printed again, when asked twice', async () => {
    const [late] = await waiting(1);
    await commands.expectError(['letters', 'cancel', late!.id, '--yes'], 4, { code: 'REFUSED' });
    const [fresh] = await waiting(1, { createdAt: new Date(), from: 10 });
    await commands.expectError(['letters', 'cancel', fresh!.id], 4, { code: 'CONFIRMATION_NEEDED' });
    const cancelled = { id: fresh!.id, status: 'cancelled' };
    expect(await resultOf(['letters', 'cancel', fresh!.id, '--yes'])).toEqual({ ...cancelled, already: false });
    expect(await resultOf(['letters', 'cancel', fresh!.id])).toEqual({ ...cancelled, already: true });

    await resultOf(['letters', 'collate']);
    await commands.expectError(['letters', 'resend', '-n', late!.id, '--yes'], 4, { code: 'REFUSED' });
    await resultOf(['letters', 'upload']);
    await commands.expectError(['letters', 'resend', '-n', late!.id], 4, { code: 'CONFIRMATION_NEEDED' });
    const planned = await resultOf(['letters', 'resend', '-n', late!.id, '--dry-run'], { status: 'planned' });
    expect(planned).toEqual({ ids: [late!.id], dry_run: true });
    await resultOf(['letters', 'resend', '-n', late!.id, '--yes']);
    expect(await resultOf(['letters', 'collate'])).toMatchObject({ letters: 1 });
    await commands.expectError(['letters', 'resend', '-n', app.ids.uuid(), '--yes'], 5, { code: 'NOT_FOUND' });
  });
});
