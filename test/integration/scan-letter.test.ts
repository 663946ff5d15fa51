/** Letters that come as PDFs are scanned before anything opens them (letters sheet §8, §15). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deleteOldOriginals } from '../../src/lib/letters/precompiled-originals.ts';
import { recreatePrecompiledLetter } from '../../src/lib/letters/precompiled-recreate.ts';
import { sanitiseLetter } from '../../src/lib/letters/sanitise-letter.ts';
import { scanLettersAgain } from '../../src/lib/letters/scan-again.ts';
import { replayScanErrors } from '../../src/lib/letters/scan-errors.ts';
import { scanLetter, scanLetterTask } from '../../src/lib/letters/scan-letter.ts';
import { letterFileName, scanPlace } from '../../src/lib/letters/letter-file.ts';
import type { Notification } from '../../src/lib/notifications/notification.ts';
import { startClamd, type FakeClamd } from '../support/fake-clamd.ts';
import { aLetterPdf } from '../support/precompiled-pdf.ts';
import { makeJobsDue } from '../support/queue-probe.ts';
import { createTestApp, useTestApp, useTestApps, type TestApp } from '../support/test-app.ts';
import { startTestWorker } from '../support/test-worker.ts';
import { waitFor } from '../support/wait.ts';
import { eventsOf, liveJobs, read, whenStatus } from './delivery.ts';
import { aPrecompiledLetter, filesOf, nameOf, runWorkersWith, startChecks } from './precompiled-letters.ts';

const shared = useTestApp();
const makeApp = useTestApps({ supervise: true });
const infected = Buffer.from('%PDF-1.7 EICAR-STANDARD-ANTIVIRUS-TEST-FILE');

let clamd: FakeClamd;
let pdf: Buffer;
/** With a scanner, without workers. */
let scanning: TestApp;

beforeAll(async () => {
  clamd = await startClamd();
  pdf = await aLetterPdf();
  await startChecks(shared, pdf);
  scanning = await createTestApp({ config: { clamd: clamd.address } });
});
beforeEach(() => void (clamd.reply = null));
afterAll(async () => {
  await scanning?.close();
  await clamd.close();
});

const anApp = (): Promise<TestApp> => makeApp({ config: { clamd: clamd.address } });
const file = (letter: Notification): string => letterFileName(nameOf(letter)).replace(letter.reference!, 'REF');

describe('with a virus scanner, a letter that comes as a PDF', () => {
  it('is scanned first, on the queue of its key', async () => {
    const app = scanning;
    for (const [keyType, queue] of [
      ['normal', 'letters'],
      ['test', 'research-mode'],
    ] as const) {
      const letter = await aPrecompiledLetter(app, pdf, { keyType });
      expect(await liveJobs(app, letter.id)).toMatchObject([{ queue, task: 'scan-file' }]);
    }
  });

  it('goes on when it is clean', async () => {
    const app = await anApp();
    const letter = await aPrecompiledLetter(app, pdf);
    await runWorkersWith(app, shared, ['letters']);
    await whenStatus(app, letter.id, 'created');
    expect(clamd.files.at(-1)!.equals(pdf)).toBe(true);
  });

  it('ends in virus-scan-failed when a virus is in it, and its file is put aside unopened', async () => {
    const app = await anApp();
    const letter = await aPrecompiledLetter(app, infected);
    await app.runWorkers(['letters']);
    const failed = await whenStatus(app, letter.id, 'virus-scan-failed');
    expect(failed).toMatchObject({ billableUnits: 0 });
    await waitFor(async () => (await filesOf(app, letter))[0] === `letters-scan/FAILURE/${file(letter)}`);
    expect(await eventsOf(app, letter.id)).toMatchObject([
      { event: 'gave up', detail: { reason: 'virus: Eicar-Test-Signature' } },
    ]);
  });

  it('is put aside also when the worker died before', async () => {
    const app = scanning;
    const letter = await aPrecompiledLetter(app, infected);
    const copy = (): Promise<never> => Promise.reject(new Error('killed'));
    const args = { notificationId: letter.id };
    await expect(scanLetter({ ...app, storage: { ...app.storage, copy } }, args)).rejects.toThrow('killed');
    expect(await read(app, letter.id)).toMatchObject({ status: 'virus-scan-failed' });
    await scanLetter(app, args);
    await scanLetter(app, args);
    expect(await filesOf(app, letter)).toEqual([`letters-scan/FAILURE/${file(letter)}`]);
  });

  it('is not scanned without its file, or in another status', async () => {
    const app = scanning;
    const letter = await aPrecompiledLetter(app, pdf);
    const { area, key } = scanPlace(nameOf(letter));
    await app.storage.delete(area, key);
    await scanLetter(app, { notificationId: letter.id });
    expect(await read(app, letter.id)).toMatchObject({ status: 'technical-failure' });
    const count = clamd.files.length;
    await scanLetter(app, { notificationId: letter.id });
    expect(clamd.files).toHaveLength(count);
  });

  it('is tried again when the scanner fails, then put aside, and scanned again on demand', async () => {
    const app = await anApp();
    clamd.reply = 'stream: Can not allocate memory ERROR';
    const letter = await aPrecompiledLetter(app, pdf);
    const worker = await startTestWorker(app, [scanLetterTask(app)], {
      queues: ['letters', 'retry'],
      retrySchedules: { 'scan-file': { maxRetries: 1, delays: [300] } },
    });
    await waitFor(() => worker.outcomes.length === 1);
    expect(await read(app, letter.id)).toMatchObject({ status: 'pending-virus-check' });
    await makeJobsDue(app.db);
    await whenStatus(app, letter.id, 'technical-failure');
    await waitFor(async () => (await filesOf(app, letter))[0] === `letters-scan/ERROR/${file(letter)}`);
    await waitFor(async () => (await liveJobs(app, letter.id)).length === 0);

    clamd.reply = null;
    const name = letterFileName(nameOf(letter));
    expect(await Array.fromAsync(replayScanErrors(app, { dryRun: true }))).toEqual([{ file: name, outcome: 'queued' }]);
    expect(await Array.fromAsync(replayScanErrors(app, { file: 'another' }))).toEqual([]);
    expect(await read(app, letter.id)).toMatchObject({ status: 'technical-failure' });
    expect(await Array.fromAsync(replayScanErrors(app, { file: name }))).toEqual([{ file: name, outcome: 'queued' }]);
    expect(await filesOf(app, letter)).toEqual([`letters-scan/${file(letter)}`]);
    await waitFor(async () => worker.outcomes.at(-1) === 'scan-file done' || worker.outcomes.length >= 3);
    await waitFor(async () => (await liveJobs(app, letter.id)).find(({ task }) => task === 'sanitise-letter'));
    expect(await read(app, letter.id)).toMatchObject({ status: 'pending-virus-check' });
  });
});

describe('files of failed scans', () => {
  it('that belong to no letter, or to one that may not change, stay where they are', async () => {
    const app = await anApp();
    const { letterSanitiser } = shared;
    const letter = await aPrecompiledLetter(app, pdf);
    await sanitiseLetter({ ...app, letterSanitiser }, { notificationId: letter.id });
    const name = letterFileName(nameOf(letter));
    for (const key of [name, 'odd', 'NOTIFY.UNKNOWN.PDF']) await app.storage.put('letters-scan', `ERROR/${key}`, pdf);
    const outcomes = await Array.fromAsync(replayScanErrors(app));
    expect(new Map(outcomes.map(({ file: key, outcome }) => [key, outcome]))).toEqual(
      new Map([
        [name, 'refused'],
        ['odd', 'unknown'],
        ['NOTIFY.UNKNOWN.PDF', 'unknown'],
      ]),
    );
    expect((await Array.fromAsync(app.storage.list('letters-scan', 'ERROR/'))).length).toBe(3);
    expect(await read(app, letter.id)).toMatchObject({ status: 'created' });
  });

  it('are scanned again without a scanner, too: their letters go on', async () => {
    const app = await makeApp();
    const letter = await aPrecompiledLetter(app, pdf);
    await app.db.query({ text: `UPDATE notifications SET notification_status = 'technical-failure'` });
    await app.db.query({ text: `DELETE FROM pgboss.job` });
    const name = letterFileName(nameOf(letter));
    await app.storage.copy({ area: 'letters-scan', key: name }, { area: 'letters-scan', key: `ERROR/${name}` });
    await app.storage.delete('letters-scan', name);
    await Array.fromAsync(replayScanErrors(app));
    await runWorkersWith(app, shared, ['letters']);
    await whenStatus(app, letter.id, 'created');
  });
});

describe('letters that wait for their virus check without a job', () => {
  it('are queued again when they are old enough and their file is there', async () => {
    const app = await anApp();
    const minutes = [5, 11, 60, 24 * 60, 4 * 24 * 60];
    const letters = [];
    for (const age of minutes) {
      const letter = await aPrecompiledLetter(app, pdf);
      await app.db.query({
        text: `UPDATE notifications SET created_at = now() AT TIME ZONE 'UTC' - make_interval(mins => $2) WHERE id = $1`,
        values: [letter.id, age],
      });
      letters.push(letter);
    }
    // Their jobs are still there.
    expect(await scanLettersAgain(app)).toBe(0);
    await app.db.query({ text: 'DELETE FROM pgboss.job' });
    const lost = letters[2]!;
    await app.storage.delete('letters-scan', letterFileName(nameOf(lost)));
    expect(await scanLettersAgain(app, { pageSize: 2 })).toBe(2);
    expect(await scanLettersAgain(app, { pageSize: 2 })).toBe(0);
    const queued = await Promise.all(letters.map(async ({ id }) => (await liveJobs(app, id)).map(({ task }) => task)));
    expect(queued).toEqual([[], ['scan-file'], [], ['scan-file'], []]);
  });
});

describe('letters recreate', () => {
  it('makes the PDF to print again, in its place', async () => {
    const app = shared;
    const letter = await aPrecompiledLetter(app, pdf);
    await sanitiseLetter(app, { notificationId: letter.id });
    const recreate = (dryRun = false): ReturnType<typeof recreatePrecompiledLetter> =>
      recreatePrecompiledLetter(app, { notificationId: letter.id, dryRun });
    const { place } = await recreate(true);
    const before = await app.storage.read(place.area, place.key);
    expect(before).not.toBeNull();
    await app.storage.put(place.area, place.key, Buffer.from('damaged'));
    expect(await recreate(true)).toEqual({ place, problem: null });
    expect((await app.storage.read(place.area, place.key))!.toString()).toBe('damaged');
    expect(await recreate()).toEqual({ place, problem: null });
    expect((await app.storage.read(place.area, place.key))!.equals(before!)).toBe(true);
  });

  it('leaves the old PDF when the file is refused now', async () => {
    const app = shared;
    const letter = await aPrecompiledLetter(app, pdf);
    await sanitiseLetter(app, { notificationId: letter.id });
    await app.storage.put('letters-originals-backup', `${letter.id}.pdf`, Buffer.from('no PDF'));
    const { place, problem } = await recreatePrecompiledLetter(app, { notificationId: letter.id });
    expect(problem).toBe('unable-to-read-the-file');
    expect((await app.storage.read(place.area, place.key))!.subarray(0, 5).toString()).toBe('%PDF-');
  });

  it('refuses letters that have no PDF to print, and those whose file is gone', async () => {
    const app = await makeApp();
    const { letterSanitiser } = shared;
    const letter = await aPrecompiledLetter(app, pdf);
    const recreate = (): Promise<unknown> => recreatePrecompiledLetter(app, { notificationId: letter.id });
    await expect(recreate()).rejects.toMatchObject({ code: 'REFUSED' });
    await sanitiseLetter({ ...app, letterSanitiser }, { notificationId: letter.id });
    const day = 24 * 60 * 60_000;
    const later = (days: number): { now: () => Date } => ({ now: () => new Date(Date.now() + days * day) });
    expect(await deleteOldOriginals({ ...app, clock: later(6.9) })).toBe(0);
    expect(await deleteOldOriginals({ ...app, clock: later(7.1) })).toBe(1);
    await expect(recreate()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
