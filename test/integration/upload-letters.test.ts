import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { collateLetters } from '../../src/lib/print-runs/collate-letters.ts';
import { createPrintDestination } from '../../src/lib/print-runs/create-print-destination.ts';
import { createFolderDestination } from '../../src/lib/print-runs/folder-destination.ts';
import { giveUpZip } from '../../src/lib/print-runs/give-up-zip.ts';
import { nextOpenZip } from '../../src/lib/print-runs/letter-zip-repository.ts';
import { recordKey, type LetterZip } from '../../src/lib/print-runs/letter-zip.ts';
import type { PrintDestination } from '../../src/lib/print-runs/print-destination.ts';
import { resendLetter } from '../../src/lib/print-runs/resend-letter.ts';
import { createSftpDestination } from '../../src/lib/print-runs/sftp-destination.ts';
import { uploadLetterZipsTask } from '../../src/lib/print-runs/upload-task.ts';
import { uploadZips } from '../../src/lib/print-runs/upload-zips.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { temporaryFolder } from '../support/folders.ts';
import { createLogCapture } from '../support/log-capture.ts';
import { requireProgram } from '../support/programs.ts';
import { readZip } from '../support/read-zip.ts';
import { useSftpServer } from '../support/sftp-server.ts';
import { useTestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait.ts';
import { manyLetters, storeLetters, type StoredLetter } from '../support/waiting-letters.ts';

const app = useTestApp();
let serviceId: string;
let templateId: string;
let folder: string;
let destination: PrintDestination;
const day = new Date('2020-02-17T10:00:00Z');
const clock = { now: () => new Date('2020-02-17T18:00:00Z') };

beforeAll(async () => {
  ({ id: serviceId } = await aService(app));
  ({ id: templateId } = await aTemplate(app, serviceId, { templateType: 'letter' }));
});

beforeEach(async () => {
  folder = await temporaryFolder();
  destination = createFolderDestination(folder, 'folder');
  await app.db.query('DELETE FROM notifications');
  for (const table of ['letter_zips', 'letter_print_runs']) await app.db.query(`DELETE FROM ${table}`);
});

afterEach(async () => {
  await destination.close();
  for await (const { key } of app.storage.list('letters')) await app.storage.delete('letters', key);
});

const deps = () => ({ ...app, clock, printDestination: destination });

/** Letters in zips of `letters` each. */
async function claimed(count: number, letters = 2): Promise<{ stored: StoredLetter[]; zips: LetterZip[] }> {
  const stored = await storeLetters(app, manyLetters(count, { serviceId, templateId, createdAt: day }));
  await collateLetters({ ...app, clock }, { limits: { bytes: 1e9, letters } });
  const zips: LetterZip[] = [];
  for (let zip = await nextOpenZip(app.db, null); zip !== null; zip = await nextOpenZip(app.db, zip.id)) zips.push(zip);
  return { stored, zips };
}

async function statuses(): Promise<Record<string, number>> {
  const { rows } = await app.db.query<{ status: string; count: number }>(
    'SELECT notification_status AS status, count(*) FROM notifications GROUP BY 1',
  );
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}

describe('an upload', () => {
  it('writes zips that hold the letters in order, notes them, and moves letters to sending', async () => {
    const { zips, stored } = await claimed(5);
    const report = await uploadZips(deps());
    expect(report).toMatchObject({ zips: { uploaded: 3, there: 0, recorded: 0 }, letters: 5, failures: [], open: 0 });
    expect((await readdir(folder)).sort()).toEqual(zips.map(({ name }) => name));
    for (const zip of zips) {
      const content = await readFile(join(folder, zip.name));
      expect(content.length).toBe(zip.bytes);
      const entries = await readZip(content);
      expect(entries.map(({ name }) => name)).toEqual(zip.keys.map((key) => key.split('/')[1]));
      for (const { method, mode, hasDescriptor } of entries)
        expect({ method, mode, hasDescriptor }).toEqual({ method: 0, mode: 0o644, hasDescriptor: false });
      expect(entries[0]!.content.toString()).toBe(`%PDF of ${entries[0]!.name.split('.')[1]}`);
      const record = await app.storage.read('letters', recordKey(zip));
      expect(JSON.parse(String(record))).toEqual(zip.keys);
    }
    const { rows } = await app.db.query({
      text: `SELECT DISTINCT notification_status, sent_by, sent_at, updated_at FROM notifications WHERE id = ANY($1)`,
      values: [stored.map(({ id }) => id)],
    });
    expect(rows).toEqual([
      { notification_status: 'sending', sent_by: 'dvla', sent_at: clock.now(), updated_at: clock.now() },
    ]);
    expect(await uploadZips(deps())).toMatchObject({ zips: { uploaded: 0 }, open: 0 });
  });

  it('makes the same bytes each time', async () => {
    const { zips } = await claimed(3, 3);
    await uploadZips(deps());
    const first = await readFile(join(folder, zips[0]!.name));
    await app.db.query(`UPDATE letter_zips SET state = 'open'`);
    await app.storage.delete('letters', recordKey(zips[0]!));
    destination = createFolderDestination(await temporaryFolder(), 'folder');
    await uploadZips(deps());
    expect(await readFile(join(destination.place, zips[0]!.name))).toEqual(first);
  });

  it('goes on where one was killed: at a noted zip, at one that is there, at a part of one', async () => {
    const { zips } = await claimed(8);
    const [noted, there, part, other] = zips as [LetterZip, LetterZip, LetterZip, LetterZip];
    await app.storage.put('letters', recordKey(noted), Buffer.from(JSON.stringify(noted.keys)));
    await writeFile(join(folder, there.name), Buffer.alloc(there.bytes));
    await writeFile(join(folder, `${part.name}.part`), 'the first bytes');
    await writeFile(join(folder, other.name), 'somebody else’s');
    expect(await uploadZips(deps())).toMatchObject({ zips: { uploaded: 2, there: 1, recorded: 1 }, open: 0 });
    expect((await readdir(folder)).sort()).toEqual([there, part, other].map(({ name }) => name).sort());
    for (const { name } of [part, other]) expect(await readZip(await readFile(join(folder, name)))).toHaveLength(2);
    expect(await statuses()).toEqual({ sending: 8 });
  });

  it('leaves a zip open whose letters are not as they were, and sends the others', async () => {
    const { zips } = await claimed(6);
    const [gone, changed] = zips as [LetterZip, LetterZip];
    await app.storage.delete('letters', gone.keys[1]!);
    await app.storage.put('letters', changed.keys[0]!, Buffer.from('of another length'));
    const report = await uploadZips(deps());
    expect(report).toMatchObject({ zips: { uploaded: 1 }, open: 2 });
    expect(report.failures.map(({ name }) => name)).toEqual([gone.name, changed.name]);
    expect(await readdir(folder)).toEqual([zips[2]!.name]);
    expect(await statuses()).toEqual({ sending: 2, created: 4 });
    await expect(collateLetters({ ...app, clock })).rejects.toMatchObject({ code: 'REFUSED' });

    expect(await giveUpZip({ ...app, clock }, { name: gone.name })).toBe(2);
    await expect(giveUpZip(app, { name: gone.name })).rejects.toMatchObject({ code: 'REFUSED' });
    expect(await statuses()).toEqual({ sending: 2, created: 2, 'technical-failure': 2 });
  });

  it('runs only once at a time, and stops between zips when it is told to', async () => {
    await claimed(4);
    const stop = new AbortController();
    const stopped = uploadZips(deps(), { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(stopped).rejects.toThrow();
    expect(await statuses()).toEqual({ sending: 2, created: 2 });
    const outcomes = await Promise.allSettled([uploadZips(deps()), uploadZips(deps())]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await statuses()).toEqual({ sending: 4 });
  });

  it('fails while the folder takes nothing, and used-up retries tell an operator', async () => {
    const { zips } = await claimed(1);
    const file = join(folder, 'file');
    await writeFile(file, '');
    destination = createFolderDestination(file, 'folder');
    const log = createLogCapture();
    const task = uploadLetterZipsTask({ ...deps(), logger: log.logger });
    const context = { attempt: 1, requestId: null, signal: new AbortController().signal };
    const error = await task.run({}, context).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'PRINT_FAILED' });
    await task.onExhausted!(app.db, {}, { attempt: 6, error, retryIn: null });
    expect(log.lines('error')).toMatchObject([{ alert: 'letters-not-uploaded', command: 'notify letters upload' }]);
    expect((await nextOpenZip(app.db, null))?.name).toBe(zips[0]!.name);
    expect(await statuses()).toEqual({ created: 1 });
  });
});

describe('a letter that is sent again', () => {
  it('goes into a zip of another name, once it is asked for', async () => {
    const { stored, zips } = await claimed(1);
    const notificationId = stored[0]!.id;
    await expect(resendLetter(app, { notificationId })).rejects.toMatchObject({ code: 'REFUSED' });
    await uploadZips(deps());
    await collateLetters({ ...app, clock });
    expect(await nextOpenZip(app.db, null)).toBeNull();
    await resendLetter({ ...app, clock }, { notificationId });
    const { rows } = await app.db.query('SELECT notification_status, sent_at, sent_by FROM notifications');
    expect(rows).toEqual([{ notification_status: 'created', sent_at: null, sent_by: null }]);
    await collateLetters({ ...app, clock });
    const again = await nextOpenZip(app.db, null);
    expect(again!.keys).toEqual(zips[0]!.keys);
    expect(again!.name).toBe(zips[0]!.name.replace('.001.', '.002.'));
    expect(await uploadZips(deps())).toMatchObject({ zips: { uploaded: 1 } });
  });

  it('is released from its old zip when it was put back by other means', async () => {
    const { stored } = await claimed(1);
    const notificationId = stored[0]!.id;
    await uploadZips(deps());
    await app.db.query(`UPDATE notifications SET notification_status = 'created'`);
    await collateLetters({ ...app, clock });
    expect(await nextOpenZip(app.db, null)).toBeNull();
    await resendLetter({ ...app, clock }, { notificationId });
    await collateLetters({ ...app, clock });
    expect((await nextOpenZip(app.db, null))?.keys).toEqual([stored[0]!.key]);
  });

  it('must have been sent, or have failed', async () => {
    const [letter] = await storeLetters(app, manyLetters(1, { serviceId, templateId, createdAt: day, pdf: null }));
    const refused = { code: 'REFUSED', message: expect.stringContaining("is 'created'") };
    await expect(resendLetter(app, { notificationId: letter!.id })).rejects.toMatchObject(refused);
  });
});

const sshd = requireProgram('sshd');
const prlimit = requireProgram('prlimit');

sshd.suite('an upload to an SFTP server', () => {
  const server = useSftpServer(sshd.path);
  const url = (): string => `sftp://${server.user}@127.0.0.1:${server.port}/notify`;
  const sftp = (changes: object = {}): PrintDestination =>
    createPrintDestination({
      ...app.config,
      printSftpUrl: url(),
      printSftpKey: server.privateKey,
      printSftpHostKey: [server.hostKey],
      ...changes,
    });
  const large = (index: number): Buffer => Buffer.alloc(300_000, index);

  afterEach(async () => {
    server.cutAfter(null);
    for (const name of await readdir(server.folder)) await rm(join(server.folder, name));
  });

  async function claimedLarge(): Promise<LetterZip[]> {
    const letters = manyLetters(6, { serviceId, createdAt: day });
    await storeLetters(
      app,
      letters.map((letter, index) => ({ ...letter, pdf: large(index) })),
    );
    await collateLetters({ ...app, clock }, { limits: { bytes: 1e9, letters: 3 } });
    const first = await nextOpenZip(app.db, null);
    return [first!, (await nextOpenZip(app.db, first!.id))!];
  }

  it('checks the host key, writes whole zips and finds them again', async () => {
    const zips = await claimedLarge();
    destination = sftp();
    expect(await uploadZips(deps())).toMatchObject({ zips: { uploaded: 2 }, open: 0 });
    for (const zip of zips) {
      const entries = await readZip(await readFile(join(server.folder, zip.name)));
      expect(entries.map(({ content }) => content.length)).toEqual([300_000, 300_000, 300_000]);
    }
    await app.db.query(`UPDATE letter_zips SET state = 'open'`);
    for (const zip of zips) await app.storage.delete('letters', recordKey(zip));
    expect(await uploadZips(deps())).toMatchObject({ zips: { there: 2 }, open: 0 });
  });

  it.each([
    ['is not configured', null],
    ['is another', ['SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']],
  ])('is refused when the host key %s', async (_what, printSftpHostKey) => {
    await claimed(1);
    destination = sftp({ printSftpHostKey });
    const error = await uploadZips(deps()).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'PRINT_HOST_UNKNOWN', details: { shown: server.hostKey } });
    expect(await statuses()).toEqual({ created: 1 });
  });

  it('goes on after the connection was cut in the middle of a zip, without wrong content under a name', async () => {
    const zips = await claimedLarge();
    destination = sftp();
    for (const bytes of [40_000, 200_000, 700_000, 1_200_000]) {
      server.cutAfter(bytes);
      await uploadZips(deps()).catch((error: unknown) => expect(error).toMatchObject({ code: 'PRINT_FAILED' }));
      for (const { name, bytes: size } of zips) {
        const content = await readFile(join(server.folder, name)).catch(() => null);
        if (content !== null) expect(content.length).toBe(size);
      }
    }
    expect(server.cuts).toBeGreaterThanOrEqual(3);
    server.cutAfter(null);
    await waitFor(async () => (await uploadZips(deps())).open === 0);
    for (const { name } of zips) expect(await readZip(await readFile(join(server.folder, name)))).toHaveLength(3);
    expect(await statuses()).toEqual({ sending: 6 });
  });

  prlimit.suite('that is full', () => {
    it('fails clearly, leaves the zip open and no file under its name, and goes on once there is room', async () => {
      const zips = await claimedLarge();
      await server.fillUp(500_000);
      destination = sftp();
      const error = await uploadZips(deps()).catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        code: 'PRINT_FAILED',
        message: expect.stringMatching(/^sftp:.* did not take NOTIFY\..*\.ZIP: Failure$/) as unknown,
      });
      expect((await readdir(server.folder)).filter((name) => name === zips[0]!.name)).toEqual([]);
      expect((await nextOpenZip(app.db, null))?.name).toBe(zips[0]!.name);
      expect(await statuses()).toEqual({ created: 6 });
      await server.fillUp(null);
      expect(await uploadZips(deps())).toMatchObject({ zips: { uploaded: 2 }, open: 0 });
      for (const { name } of zips) expect(await readZip(await readFile(join(server.folder, name)))).toHaveLength(3);
      expect(await statuses()).toEqual({ sending: 6 });
    });
  });

  it('that falls silent is left after a time', async () => {
    await claimedLarge();
    destination = createSftpDestination({
      ...{ host: '127.0.0.1', port: server.port, user: server.user, password: null, privateKey: server.privateKey },
      ...{ hostKeys: [server.hostKey], directory: 'notify', timeoutMs: 1000 },
    });
    server.holdAfter(400_000);
    const error = await uploadZips(deps()).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'PRINT_FAILED', message: expect.stringContaining('silent') as unknown });
    server.holdAfter(null);
    expect(await uploadZips(deps())).toMatchObject({ zips: { uploaded: 2 }, open: 0 });
  });

  it('replaces a file of another size', async () => {
    const zips = await claimedLarge();
    await writeFile(join(server.folder, zips[0]!.name), 'half of it');
    destination = sftp();
    expect(await uploadZips(deps())).toMatchObject({ zips: { uploaded: 2 }, open: 0 });
    expect(await readZip(await readFile(join(server.folder, zips[0]!.name)))).toHaveLength(3);
  });

  it('fails where the folder is missing, and where nobody may log in', async () => {
    await claimed(1);
    for (const changes of [
      { printSftpUrl: url().replace(/notify$/, 'elsewhere') },
      { printSftpKey: null, printSftpUrl: url().replace('@', ':secret@') },
    ]) {
      destination = sftp(changes);
      const error = (await uploadZips(deps()).catch((reason: unknown) => reason)) as Error;
      expect(error).toMatchObject({ code: 'PRINT_FAILED' });
      expect(error.message).not.toContain('secret');
    }
    expect(await statuses()).toEqual({ created: 1 });
  });
});

it('without a destination zips go to the outbox of the state folder', async () => {
  const stateDir = await temporaryFolder();
  await mkdir(stateDir, { recursive: true });
  destination = createPrintDestination({ ...app.config, stateDir });
  await claimed(1);
  await uploadZips(deps());
  expect(await readdir(join(stateDir, 'outbox'))).toHaveLength(1);
});
