import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../../src/lib/config/schema.ts';
import { collateLetters } from '../../src/lib/print-runs/collate-letters.ts';
import { deleteOldLetterZips } from '../../src/lib/print-runs/delete-old-zips.ts';
import { createFolderDestination } from '../../src/lib/print-runs/folder-destination.ts';
import { runPrintSchedule } from '../../src/lib/print-runs/run-print-schedule.ts';
import { uploadZips } from '../../src/lib/print-runs/upload-zips.ts';
import { volumePersonalisation } from '../../src/lib/print-runs/volumes.ts';
import {
  watchFailedLetters,
  watchLettersStillCreated,
  watchLettersStillScanned,
  watchLettersStillSending,
  watchOpenZips,
  type WatchDeps,
} from '../../src/lib/print-runs/watch-letters.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { temporaryFolder } from '../support/folders.ts';
import { createLogCapture } from '../support/log-capture.ts';
import { storedJobs } from '../support/queue-probe.ts';
import { useTestApp } from '../support/test-app.ts';
import { manyLetters, storeLetters } from '../support/waiting-letters.ts';

const app = useTestApp();
let serviceId: string;

beforeAll(async () => {
  ({ id: serviceId } = await aService(app));
});

beforeEach(async () => {
  for (const table of ['notifications', 'letter_zips', 'letter_print_runs', 'pgboss.job_common'])
    await app.db.query(`DELETE FROM ${table}`);
});

interface Zips {
  readonly count: number;
  readonly days: readonly string[];
}

async function zips(): Promise<Zips> {
  const { rows } = await app.db.query<{ day: string }>('SELECT print_date::text AS day FROM letter_zips ORDER BY 1');
  return { count: rows.length, days: [...new Set(rows.map(({ day }) => day))] };
}

function scheduleAt(now: string, config: Partial<Config> = {}, logger = app.logger): Promise<void> {
  const deps = { ...app, logger, clock: { now: () => new Date(now) }, config: { ...app.config, ...config } };
  return runPrintSchedule(deps);
}

const someLetters = (createdAt: string, from = 0): Promise<unknown> =>
  storeLetters(app, manyLetters(2, { serviceId, createdAt: new Date(createdAt), from }));

async function uploadAll(): Promise<void> {
  await uploadZips({ ...app, printDestination: createFolderDestination(await temporaryFolder(), 'folder') });
}

describe('the schedule', () => {
  it.each([
    ['in winter', '2020-02-17T16:50:00Z', '2020-02-17T17:50:00Z'],
    ['in summer', null, '2020-06-01T16:50:00Z'],
    ['on the day that the clocks go back', '2020-10-25T16:50:00Z', '2020-10-25T17:50:00Z'],
  ])('collates at 17:50 in London %s', async (_when, early, due) => {
    const day = due.slice(0, 10);
    await collateLetters({ ...app, clock: { now: () => new Date(`${day}T08:00:00Z`) } });
    await someLetters(`${day}T09:00:00Z`);
    if (early !== null) await scheduleAt(early);
    expect((await zips()).count).toBe(0);
    await scheduleAt(due);
    expect(await zips()).toEqual({ count: 1, days: [day] });
  });

  it('makes up for a run that was missed, once', async () => {
    await someLetters('2020-02-17T09:00:00Z');
    await scheduleAt('2020-02-18T02:10:00Z');
    expect(await zips()).toEqual({ count: 1, days: ['2020-02-17'] });
    await uploadAll();
    await someLetters('2020-02-17T10:00:00Z', 10);
    await scheduleAt('2020-02-18T02:20:00Z');
    expect((await zips()).count).toBe(1);
  });

  it('waits for the upload of earlier zips, and says so', async () => {
    await someLetters('2020-02-16T09:00:00Z');
    await collateLetters({ ...app, clock: { now: () => new Date('2020-02-16T18:00:00Z') } });
    await app.db.query('DELETE FROM pgboss.job_common');
    await someLetters('2020-02-17T09:00:00Z', 10);
    const log = createLogCapture();
    await expect(scheduleAt('2020-02-17T17:50:00Z', {}, log.logger)).rejects.toMatchObject({ name: 'TaskPostponed' });
    expect(log.lines('error')).toMatchObject([{ alert: 'letters-not-collated', command: 'notify letters upload' }]);
    expect((await storedJobs(app.db)).map(({ task }) => task)).toEqual(['zip-and-send-letter-pdfs']);
    await uploadAll();
    await scheduleAt('2020-02-17T18:00:00Z');
    expect((await zips()).days).toEqual(['2020-02-16', '2020-02-17']);
  });

  it('completes a run that was interrupted', async () => {
    await someLetters('2020-02-17T09:00:00Z');
    const stop = new AbortController();
    const clock = { now: () => new Date('2020-02-17T18:00:00Z') };
    const limits = { bytes: 1e6, letters: 1 };
    const interrupted = collateLetters(
      { ...app, clock },
      { limits, signal: stop.signal, onProgress: () => stop.abort() },
    );
    await expect(interrupted).rejects.toThrow();
    expect((await zips()).count).toBe(1);
    await scheduleAt('2020-02-18T10:00:00Z');
    expect(await zips()).toEqual({ count: 2, days: ['2020-02-17'] });
  });

  it('tells the provider how many letters it gets', async () => {
    const template = await aTemplate(app, serviceId, {
      templateType: 'email',
      subject: 'Letters',
      content: '((total_volume)) letters of ((total_sheets)) sheets on ((date))',
    });
    await someLetters('2020-02-17T09:00:00Z');
    const config = { printVolumeAddresses: ['a@example.com', 'b@example.com'], printVolumeTemplate: [template.id] };
    await scheduleAt('2020-02-17T17:50:00Z', config);
    const { rows } = await app.db.query(`SELECT "to" FROM notifications WHERE notification_type = 'email' ORDER BY 1`);
    expect(rows).toEqual([{ to: 'a@example.com' }, { to: 'b@example.com' }]);
    await uploadAll();
    await scheduleAt('2020-02-17T18:00:00Z', config);
    const { rows: again } = await app.db.query(`SELECT FROM notifications WHERE notification_type = 'email'`);
    expect(again).toHaveLength(2);
  });
});

it('the report of volumes counts letters abroad as one kind', () => {
  const volumes = [
    { postage: 'first', letters: 5, sheets: 7 },
    { postage: 'second', letters: 4, sheets: 12 },
    { postage: 'europe', letters: 1, sheets: 3 },
    { postage: 'rest-of-world', letters: 1, sheets: 2 },
  ] as const;
  expect(volumePersonalisation(volumes, '2020-02-17')).toEqual({
    total_volume: 11,
    first_class_volume: 5,
    second_class_volume: 4,
    international_volume: 2,
    total_sheets: 24,
    first_class_sheets: 7,
    second_class_sheets: 12,
    international_sheets: 5,
    economy_mail_volume: 0,
    economy_mail_sheets: 0,
    date: '17 February 2020',
  });
});

describe('watchdogs', () => {
  const capture = createLogCapture();
  const at = (now: string): WatchDeps => ({ ...app, logger: capture.logger, clock: { now: () => new Date(now) } });
  const alertsOf = async (watch: (deps: WatchDeps) => Promise<void>, now: string): Promise<unknown[]> => {
    const before = capture.lines('error').length;
    await watch(at(now));
    return capture
      .lines('error')
      .slice(before)
      .map(({ msg }) => msg);
  };
  const store = (status: string, createdAt: string): Promise<unknown> =>
    storeLetters(app, [{ reference: 'R', status, serviceId, createdAt: new Date(createdAt), pdf: null }]);

  it('tell of letters that yesterday’s run should have taken', async () => {
    await store('created', '2020-06-01T16:30:00Z');
    expect(await alertsOf(watchLettersStillCreated, '2020-06-02T07:00:00Z')).toEqual([]);
    expect(await alertsOf(watchLettersStillCreated, '2020-06-03T07:00:00Z')).toEqual([
      "1 letters were created before 17.30 yesterday and still have 'created' status.",
    ]);
  });

  it.each([
    ['2018-01-17T19:00:00Z', "There are 1 letters in the 'sending' state from Monday 15 January"],
    ['2018-01-16T19:00:00Z', null],
    ['2018-01-20T19:00:00Z', null],
    ['2018-01-22T19:00:00Z', "There are 1 letters in the 'sending' state from Thursday 18 January"],
  ])('tell at %s of letters that were sent two working days before', async (now, message) => {
    await store('sending', '2018-01-14T10:00:00Z');
    await app.db.query(`UPDATE notifications SET sent_at = '2018-01-15 18:00'`);
    expect(await alertsOf(watchLettersStillSending, now)).toEqual(message === null ? [] : [message]);
  });

  it('tell of letters that wait for their virus check, or failed, and of open zips', async () => {
    await store('pending-virus-check', '2020-06-01T10:00:00Z');
    expect(await alertsOf(watchLettersStillScanned, '2020-06-01T11:30:00Z')).toEqual([]);
    expect(await alertsOf(watchLettersStillScanned, '2020-06-01T11:31:00Z')).toHaveLength(1);
    await app.db.query(`UPDATE notifications SET notification_status = 'technical-failure'`);
    expect(await alertsOf(watchFailedLetters, '2020-06-03T07:00:00Z')).toHaveLength(1);
    expect(await alertsOf(watchFailedLetters, '2020-06-06T07:00:00Z')).toEqual([]);
    expect(await alertsOf(watchOpenZips, '2020-06-06T07:00:00Z')).toEqual([]);
    await someLetters('2020-06-01T10:00:00Z', 20);
    await collateLetters({ ...app, clock: at('2020-06-01T18:00:00Z').clock });
    expect(await alertsOf(watchOpenZips, '2020-06-02T07:00:00Z')).toEqual(['1 zips of letters are not uploaded.']);
  });
});

it('zips are forgotten after 90 days, open ones never', async () => {
  await someLetters('2020-02-17T09:00:00Z');
  await collateLetters({ ...app, clock: { now: () => new Date('2020-02-17T18:00:00Z') } });
  const forget = (now: string): Promise<number> =>
    deleteOldLetterZips({ db: app.db, clock: { now: () => new Date(now) } });
  expect(await forget('2021-01-01T00:00:00Z')).toBe(0);
  await app.db.query(`UPDATE letter_zips SET state = 'sent'`);
  expect(await forget('2020-05-17T12:00:00Z')).toBe(0);
  expect(await forget('2020-05-18T12:00:00Z')).toBe(1);
  const { rows } = await app.db.query('SELECT FROM letter_zip_letters');
  expect(rows).toEqual([]);
});
