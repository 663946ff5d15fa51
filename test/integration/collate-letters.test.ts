import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/lib/db/database.ts';
import { createOrganisation } from '../../src/lib/organisations/create-organisation.ts';
import { collateLetters, type CollateOptions, type Collation } from '../../src/lib/print-runs/collate-letters.ts';
import { recordKey, type LetterZip } from '../../src/lib/print-runs/letter-zip.ts';
import { nextOpenZip } from '../../src/lib/print-runs/letter-zip-repository.ts';
import { createLogCapture } from '../support/log-capture.ts';
import { aService } from '../support/builders.ts';
import { storedJobs } from '../support/queue-probe.ts';
import { useTestApp } from '../support/test-app.ts';
import { manyLetters, storeLetters } from '../support/waiting-letters.ts';

const app = useTestApp();
const [s1, s2] = ['f2fe37b0-1301-11eb-aba9-4c3275916899', '3a5cea08-29fd-4bb9-b582-8dedd928b149'];
let [o1, o2] = ['', ''];
const evening = new Date('2020-02-17T18:00:00Z');
const day = new Date('2020-02-17T10:00:00Z');

beforeAll(async () => {
  [o1, o2] = [(await createOrganisation(app, { name: '1' })).id, (await createOrganisation(app, { name: '2' })).id];
  for (const [id, organisation] of [
    [s1, o1],
    [s2, o2],
  ] as const) {
    const { id: made } = await aService(app);
    await app.db.query({ text: 'DELETE FROM service_permissions WHERE service_id = $1', values: [made] });
    await app.db.query({
      text: `INSERT INTO services SELECT (jsonb_populate_record(s, jsonb_build_object('id', $2::text, 'organisation_id', $3::text,
        'name', $2::text, 'normalised_service_name', $2::text))).* FROM services s WHERE s.id = $1`,
      values: [made, id, organisation],
    });
  }
});

beforeEach(async () => {
  await app.db.query('DELETE FROM notifications');
  for (const table of ['letter_zips', 'letter_print_runs']) await app.db.query(`DELETE FROM ${table}`);
});

afterEach(async () => {
  for await (const { key } of app.storage.list('letters')) await app.storage.delete('letters', key);
});

function collate(options: CollateOptions = {}, now = evening): Promise<Collation> {
  return collateLetters({ ...app, clock: { now: () => now } }, options);
}

async function openZips(): Promise<LetterZip[]> {
  const zips: LetterZip[] = [];
  for (let zip = await nextOpenZip(app.db, null); zip !== null; zip = await nextOpenZip(app.db, zip.id)) zips.push(zip);
  return zips;
}

/** Letters sheet §18, example 26. */
async function storeExample(): Promise<void> {
  const letter = (reference: string, createdAt: string, more: object = {}) => ({
    reference,
    createdAt: new Date(createdAt),
    serviceId: s1,
    ...more,
  });
  await storeLetters(app, [
    letter('FIRST_CLASS', '2020-02-17T14:00:00Z', { postage: 'first' }),
    letter('REF0', '2020-02-17T16:00:00Z'),
    letter('REF1', '2020-02-17T15:00:00Z'),
    letter('REF2', '2020-02-15T18:00:00Z'),
    letter('ANOTHER_SERVICE', '2020-02-17T16:00:00Z', { serviceId: s2 }),
    letter('INTERNATIONAL', '2020-02-14T18:00:00Z', { postage: 'europe', international: true }),
    letter('INTERNATIONAL', '2020-02-13T18:00:00Z', { postage: 'rest-of-world', international: true }),
    // What is none of it.
    letter('LATE', '2020-02-17T17:30:00Z'),
    letter('TEAM', '2020-02-17T15:00:00Z', { keyType: 'team' }),
    letter('TEST', '2020-02-17T15:00:00Z', { keyType: 'test' }),
    letter('SENDING', '2020-02-17T15:00:00Z', { status: 'sending' }),
    letter('CANCELLED', '2020-02-17T15:00:00Z', { status: 'cancelled' }),
    letter('SCANNING', '2020-02-17T15:00:00Z', { status: 'pending-virus-check' }),
    letter('WITHOUT_SHEETS', '2020-02-17T15:00:00Z', { billableUnits: 0 }),
  ]);
}

describe('a collation', () => {
  it.each(['2020-02-17T18:00:00Z', '2020-02-18T02:00:00Z'])('at %s makes the zips of the example', async (now) => {
    await app.db.query('DROP INDEX IF EXISTS notifications_letter_reference_key');
    await storeExample();
    const { printDate, totals } = await collate({ limits: { bytes: 40 * 1024 * 1024, letters: 2 } }, new Date(now));
    expect(printDate).toBe('2020-02-17');
    const zips = await openZips();
    expect(zips.map(({ name }) => name)).toEqual([
      `NOTIFY.2020-02-17.1.001.sO6RKzPyNrkxrR8OLonl.${s1}.${o1}.ZIP`,
      `NOTIFY.2020-02-17.2.001.bGS-FKKV0QHcOUZgacEu.${s2}.${o2}.ZIP`,
      `NOTIFY.2020-02-17.2.002.AmmswUYqPToXwlSZiFyK.${s1}.${o1}.ZIP`,
      `NOTIFY.2020-02-17.2.003.36PwhyI9lFKjzbPiWxwv.${s1}.${o1}.ZIP`,
      `NOTIFY.2020-02-17.E.001.lDBwqhnG__URJeGz3tH1.${s1}.${o1}.ZIP`,
      `NOTIFY.2020-02-17.N.001.ZE7k_jm7Bg5sYwLswkr4.${s1}.${o1}.ZIP`,
    ]);
    expect(recordKey(zips[2]!)).toBe(
      `2020-02-16/zips_sent/NOTIFY.2020-02-17.2.002.AmmswUYqPToXwlSZiFyK.${s1}.${o1}.ZIP.TXT`,
    );
    expect(totals.map(({ postage, letters }) => [postage, letters])).toEqual([
      ['first', 1],
      ['second', 4],
      ['economy', 0],
      ['europe', 1],
      ['rest-of-world', 1],
    ]);
  });

  it('keeps the order whatever the pages, and queues the upload with the first zip', async () => {
    const letters = [s1, s2].flatMap((serviceId, index) =>
      manyLetters(5, { serviceId, createdAt: day, from: index * 5 }),
    );
    await storeLetters(app, letters);
    await collate({ pageSize: 4, limits: { bytes: 1e6, letters: 3 } });
    const references = (await openZips()).map(({ keys }) => keys.map((key) => Number(key.split('.')[1]!.slice(3))));
    expect(references).toEqual([
      [5, 6, 7],
      [8, 9],
      [0, 1, 2],
      [3, 4],
    ]);
    const jobs = (await storedJobs(app.db)).filter(({ queue }) => queue === 'send-letter');
    expect(jobs.map(({ subject }) => subject.split(':')[1])).toEqual(expect.arrayContaining(['begin', 'end']));
  });

  it('leaves letters without a PDF, says so, and takes them with the next run', async () => {
    const [lost] = await storeLetters(app, [
      { reference: 'LOST000000000000', serviceId: s1, createdAt: day, pdf: null },
      { reference: 'FOUND00000000000', serviceId: s1, createdAt: day },
    ]);
    const log = createLogCapture();
    const { totals } = await collateLetters({ ...app, logger: log.logger, clock: { now: () => evening } });
    expect(totals.find(({ postage }) => postage === 'second')).toMatchObject({ letters: 1, missing: 1, zips: 1 });
    expect(JSON.stringify(log.lines('warn'))).toContain(lost!.id);
    await app.db.query(`UPDATE letter_zips SET state = 'sent'`);
    await app.storage.put('letters', lost!.key, Buffer.from('%PDF'));
    await collate();
    expect((await openZips()).map(({ keys, name }) => [keys, name.split('.')[3]])).toEqual([[[lost!.key], '002']]);
  });

  it('finds a PDF whose class of post is another', async () => {
    const [letter] = await storeLetters(app, [
      { reference: 'ABCDEF1234567890', serviceId: s1, createdAt: day, postage: 'europe' },
    ]);
    await app.db.query(`UPDATE notifications SET postage = 'rest-of-world'`);
    await collate();
    expect((await openZips()).map(({ keys, postage }) => [keys, postage])).toEqual([[[letter!.key], 'rest-of-world']]);
  });

  it('claims nothing in a dry run, and only the postages that are named', async () => {
    await storeExample();
    const planned = await collate({ dryRun: true, postages: ['first', 'europe'] });
    expect(planned.totals.map(({ zips }) => zips)).toEqual([1, 1]);
    expect(await openZips()).toEqual([]);
    await collate({ postages: ['first'] });
    expect((await openZips()).map(({ postage }) => postage)).toEqual(['first']);
  });

  it('is refused while zips of an earlier run are open, and for a day whose deadline lies ahead', async () => {
    await storeExample();
    await expect(collate({ printDate: '2020-02-18' })).rejects.toMatchObject({ code: 'REFUSED' });
    await collate({ postages: ['first'] });
    await expect(collate()).rejects.toMatchObject({
      code: 'REFUSED',
      hint: expect.stringContaining('notify letters upload'),
    });
    await app.db.query(`UPDATE letter_zips SET state = 'sent'`);
    await collate();
    expect((await openZips()).map(({ postage }) => postage)).toEqual(expect.not.arrayContaining(['first']));
  });

  it('runs only once at a time', async () => {
    await storeExample();
    const outcomes = await Promise.allSettled([collate(), collate(), collate()]);
    const failed = outcomes.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(failed).toHaveLength(2);
    // The lock while one runs, the open zips when it is over.
    for (const { reason } of failed) expect(['LOCKED', 'REFUSED']).toContain(reason.code);
  });
});

describe('an interrupted collation', () => {
  it('is completed by resume alone, with its deadline, and no letter is in two zips', async () => {
    await storeLetters(app, manyLetters(10, { serviceId: s1, createdAt: day }));
    const stop = new AbortController();
    const limits = { bytes: 1e6, letters: 2 };
    const onProgress = (letters: number): void => void (letters === 4 && stop.abort());
    await expect(collate({ limits, onProgress, signal: stop.signal })).rejects.toThrow();
    expect(await openZips()).toHaveLength(2);
    // A letter that came since belongs to the next day, though the resuming is later.
    await storeLetters(app, manyLetters(1, { serviceId: s1, createdAt: new Date('2020-02-17T18:30:00Z'), from: 99 }));
    const nextDay = new Date('2020-02-18T18:00:00Z');
    await expect(collate({}, nextDay)).rejects.toMatchObject({ hint: expect.stringContaining('--resume') });
    expect(await collate({ limits, resume: true }, nextDay)).toMatchObject({ printDate: '2020-02-17' });
    const zips = await openZips();
    expect(zips.map(({ name }) => name.split('.').slice(1, 4).join('.'))).toEqual(
      ['001', '002', '003', '004', '005'].map((number) => `2020-02-17.2.${number}`),
    );
    expect(new Set(zips.flatMap(({ keys }) => keys)).size).toBe(10);
    expect(await collate({ resume: true }, nextDay)).toEqual({ printDate: null, deadline: null, totals: [] });
  });

  it('leaves out letters that were cancelled after they were read', async () => {
    const stored = await storeLetters(app, manyLetters(4, { serviceId: s1, createdAt: day }));
    const cancel = (): Promise<unknown> =>
      app.db.query({
        text: `UPDATE notifications SET notification_status = 'cancelled' WHERE id = $1`,
        values: [stored[3]!.id],
      });
    let transactions = 0;
    const db: Database = {
      ...app.db,
      async transaction(work) {
        transactions += 1;
        // The first is that of the collation, with the letters it read; the second claims.
        if (transactions === 2) await cancel();
        return app.db.transaction(work);
      },
    };
    await collateLetters({ ...app, db, clock: { now: () => evening } });
    expect((await openZips()).flatMap(({ keys }) => keys)).toEqual(stored.slice(0, 3).map(({ key }) => key));
  });
});
