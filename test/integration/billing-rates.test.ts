import { describe, expect, it } from 'vitest';
import { addLetterRate, addSmsRate } from '../../src/lib/billing/add-rate.ts';
import { nightlyBillingDays } from '../../src/lib/billing/billing-fact.ts';
import { toLetterRateViews, toSmsRateView } from '../../src/lib/billing/rate-view.ts';
import { removeLetterRate, removeSmsRate } from '../../src/lib/billing/remove-rate.ts';
import { listRates, listRatesSince, showLetterRate, showSmsRate } from '../../src/lib/billing/show-rates.ts';
import { createTestClock } from '../server/test-clock.ts';
import { useTestApp } from '../support/test-app.ts';

const now = '2026-11-21T12:00:00Z';
const clock = createTestClock(now);
const app = useTestApp({ clock });

describe('the rate of texts', () => {
  it.each([
    // The first began at 01:00 in London: its first whole day is the next one.
    ['2016-05-19', 0.0165],
    ['2017-03-31', 0.0165],
    ['2017-04-01', 0.0158],
    ['2021-03-31', 0.0158],
    ['2021-04-01', 0.016],
    ['2022-04-01', 0.0161],
    ['2022-04-30', 0.0161],
    ['2022-05-01', 0.0172],
    ['2023-04-01', 0.0197],
    ['2024-03-31', 0.0197],
    ['2024-04-01', 0.0227],
    ['2025-04-01', 0.0233],
    ['2026-03-31', 0.0233],
    ['2026-04-01', 0.024],
    ['2026-11-21', 0.024],
  ])('is, on %s, the newest that is valid at midnight in London: %d', async (day, rate) => {
    expect((await showSmsRate(app, day)).rate).toBe(rate);
  });

  it('is an error that says what was looked for, before the first', async () => {
    await expect(showSmsRate(app, '2016-05-18')).rejects.toMatchObject({
      code: 'RATE_MISSING',
      message: 'There is no rate for texts of 2016-05-18: expected one from 2016-05-17T23:00:00.000000Z or earlier',
      hint: expect.stringContaining('notify billing rates add --type sms --from 2016-05-18'),
    });
  });
});

describe('the rate of letters', () => {
  const five = [1, 2, 3, 4, 5];
  const bySheets = (day: string, postage: string, crown: boolean | null = null, sheets = five): Promise<number[]> =>
    Promise.all(sheets.map((count) => showLetterRate(app, { day, sheets: count, postage, crown })));

  it.each<[string, string, boolean | null, number[]]>([
    ['2016-04-01', 'second', true, [0.3, 0.33, 0.36]],
    ['2016-04-01', 'second', null, [0.3, 0.33, 0.36]],
    ['2016-04-01', 'second', false, [0.33, 0.39, 0.45]],
    ['2018-09-30', 'second', false, [0.33]],
    ['2018-10-01', 'second', false, [0.35]],
    ['2018-10-01', 'second', true, [0.35]],
    ['2020-07-01', 'europe', null, [0.84, 0.92, 1, 1.08, 1.16]],
    ['2021-01-31', 'rest-of-world', null, [0.84, 0.92, 1, 1.08, 1.16]],
    ['2021-02-01', 'second', null, [0.39, 0.44, 0.49, 0.54, 0.59]],
    ['2021-02-01', 'first', false, [0.69, 0.74, 0.79, 0.84, 0.89]],
    ['2021-02-01', 'europe', true, [0.89, 0.97, 1.05, 1.13, 1.21]],
    ['2021-02-01', 'rest-of-world', false, [0.89, 0.97, 1.05, 1.13, 1.21]],
    ['2026-11-21', 'first', null, [1.56, 1.61, 1.66, 1.71, 1.76]],
    ['2026-11-21', 'second', null, [0.73, 0.77, 0.82, 0.87, 0.91]],
    ['2026-11-21', 'economy', false, [0.638, 0.684, 0.724, 0.779, 0.823]],
    ['2026-11-21', 'europe', true, [1.8, 1.84, 1.88, 1.92, 1.96]],
    ['2026-11-21', 'rest-of-world', false, [1.8, 1.84, 1.88, 1.92, 1.96]],
  ])('of %s, %s, crown %s', async (day, postage, crown, rates) => {
    expect(await bySheets(day, postage, crown, five.slice(0, rates.length))).toEqual(rates);
  });

  it('is nothing without sheets, whatever else', async () => {
    expect(await showLetterRate(app, { day: '2010-01-01', sheets: 0, postage: null, crown: null })).toBe(0);
  });

  it('takes no notice of when a rate ends', async () => {
    await app.db.query(`UPDATE letter_rates SET end_date = '2021-03-01' WHERE start_date = '2021-02-01'`);
    expect(await bySheets('2021-06-01', 'second')).toEqual([0.39, 0.44, 0.49, 0.54, 0.59]);
  });

  it.each([
    [
      { sheets: 6, postage: 'first', crown: null },
      `with 6 sheets, postage 'first', crown`,
      'add it: notify billing rates add --type letter --from 2026-11-21 --sheets 6 --postage first --crown --rate …',
    ],
    [
      { sheets: 9, postage: 'europe', crown: false },
      `with 9 sheets, postage 'europe', not crown`,
      '--sheets 9 --postage europe --no-crown --rate …',
    ],
    [
      { sheets: 1, postage: null, crown: false },
      `with 1 sheet, postage 'none', not crown`,
      'Letters have a rate with one of the postages first, second, economy, europe, rest-of-world only.',
    ],
  ])('is an error that says what was looked for: %j', async (letter, about, hint) => {
    await expect(showLetterRate(app, { day: '2026-11-21', ...letter })).rejects.toMatchObject({
      code: 'RATE_MISSING',
      message: `There is no rate for letters of 2026-11-21 ${about}: expected one from 2026-11-21T00:00:00.000000Z or earlier`,
      hint: expect.stringMatching(new RegExp(`${hint}$`)),
    });
  });
});

describe('a new rate', () => {
  it('holds from midnight in London, and is in the events', async () => {
    await addSmsRate(app, { from: '2027-04-01', rate: '0.025' });
    expect((await showSmsRate(app, '2027-03-31')).rate).toBe(0.024);
    expect((await showSmsRate(app, '2027-04-01')).rate).toBe(0.025);
    await addLetterRate(app, { from: '2027-04-01', sheets: 1, postage: 'second', crown: null, rate: '0.8' });
    await addLetterRate(app, { from: '2027-05-01', sheets: 1, postage: 'second', crown: false, rate: '0.9' });
    const on = (day: string, crown: boolean): Promise<number> =>
      showLetterRate(app, { day, sheets: 1, postage: 'second', crown });
    expect([await on('2027-04-01', true), await on('2027-04-01', false)]).toEqual([0.8, 0.8]);
    expect([await on('2027-05-01', true), await on('2027-05-01', false)]).toEqual([0.8, 0.9]);
    const { rows } = await app.db.query(`SELECT data FROM events WHERE event_type = 'add_rate' ORDER BY id`);
    expect(rows.map(({ data }) => data)).toEqual([
      { notification_type: 'sms', from: '2027-04-01', rate: '0.025' },
      { notification_type: 'letter', from: '2027-04-01', rate: '0.8', sheets: 1, postage: 'second', crown: null },
      { notification_type: 'letter', from: '2027-05-01', rate: '0.9', sheets: 1, postage: 'second', crown: false },
    ]);
    const { letters } = await listRatesSince(app, '2027-03-31');
    const later = toLetterRateViews(letters).filter(({ from }) => from > '2027-03-31');
    expect(later.map(({ from, crown, rate }) => [from, crown, rate])).toEqual([
      ['2027-04-01', null, 0.8],
      ['2027-05-01', false, 0.9],
    ]);
  });

  it('is refused where there is one', async () => {
    const letter = { from: '2028-04-01', sheets: 1, postage: 'first', rate: '2' } as const;
    await addLetterRate(app, { ...letter, crown: false });
    await expect(addLetterRate(app, { ...letter, crown: null })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: `There is a rate for letters from 2028-04-01 with 1 sheet, postage 'first', not crown: expected another day`,
    });
    // All or nothing: the one of the crown can still be added.
    await addLetterRate(app, { ...letter, crown: true });
    await addSmsRate(app, { from: '2028-04-01', rate: '0.03' });
    await expect(addSmsRate(app, { from: '2028-04-01', rate: '0.04' })).rejects.toMatchObject({
      code: 'CONFLICT',
      hint: expect.stringContaining('notify billing rates remove'),
    });
  });

  it.each(['', '-1', '1,2', '0.1234567', 'NaN', '1e3', '12345'])('is no rate: %j', async (rate) => {
    const refusal = { code: 'VALIDATION_FAILED', message: `--rate is '${rate}': expected pounds such as 0.024` };
    await expect(addSmsRate(app, { from: '2029-04-01', rate })).rejects.toMatchObject(refusal);
  });

  it.each(['1', '1.0', '25', '2.4'])('is not %s for a text: pence were meant', async (rate) => {
    const message = `--rate is ${rate}: expected pounds below 1, such as 0.024`;
    const refusal = { code: 'VALIDATION_FAILED', message };
    await expect(addSmsRate(app, { from: '2029-04-01', rate })).rejects.toMatchObject(refusal);
  });

  it.each(['100', '156'])('is not %s for a letter: pence were meant', async (rate) => {
    const letter = { from: '2029-04-01', sheets: 5, postage: 'first', crown: null, rate } as const;
    await expect(addLetterRate(app, letter)).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      message: `--rate is ${rate}: expected pounds below 100, such as 0.75`,
    });
  });

  it('may be just below what is refused', async () => {
    await addSmsRate(app, { from: '2029-05-01', rate: '0.999999' });
    await addLetterRate(app, { from: '2029-05-01', sheets: 5, postage: 'first', crown: null, rate: '99.999999' });
    expect((await showSmsRate(app, '2029-05-01')).rate).toBe(0.999999);
  });

  it.each([6, 10])('may be of %d sheets, more than letters have now', async (sheets) => {
    const letter = { sheets, postage: 'economy', crown: false } as const;
    const added = { from: '2026-11-21', ...letter, rate: '0.9' };
    await addLetterRate(app, added);
    expect(await showLetterRate(app, { day: '2026-11-21', ...letter })).toBe(0.9);
  });

  it.each([0, 1.5, 2 ** 31])('is of whole sheets, not %d', async (sheets) => {
    const letter = { from: '2029-04-01', sheets, postage: 'first', crown: null, rate: '2' } as const;
    await expect(addLetterRate(app, letter)).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      message: `--sheets is ${sheets}: expected a whole number from 1 to 2147483647`,
    });
  });
});

describe('a rate that is removed', () => {
  const eventsOf = async (from: string): Promise<unknown[]> => {
    const { rows } = await app.db.query<{ data: unknown }>({
      text: `SELECT data FROM events WHERE event_type = 'remove_rate' AND data->>'from' = $1 ORDER BY id`,
      values: [from],
    });
    return rows.map(({ data }) => data);
  };

  it('leaves the one before, is in the events, and can be added again', async () => {
    const from = '2030-04-01';
    await addSmsRate(app, { from, rate: '0.25' });
    const before = (await showSmsRate(app, '2030-03-31')).rate;
    expect(await removeSmsRate(app, from)).toEqual([{ notification_type: 'sms', from, rate: 0.25 }]);
    expect((await showSmsRate(app, from)).rate).toBe(before);
    expect(await eventsOf(from)).toEqual([{ notification_type: 'sms', from, rate: '0.25' }]);
    await addSmsRate(app, { from, rate: '0.025' });
    expect((await showSmsRate(app, from)).rate).toBe(0.025);
  });

  it('is, of letters, that of all services or of some, and no other', async () => {
    const which = { from: '2030-05-01', sheets: 2, postage: 'europe' } as const;
    const view = { notification_type: 'letter', ...which };
    const on = (crown: boolean): Promise<number> => showLetterRate(app, { ...which, day: which.from, crown });
    await addLetterRate(app, { ...which, crown: null, rate: '3' });
    await addLetterRate(app, { ...which, sheets: 3, crown: null, rate: '3.5' });
    await addLetterRate(app, { ...which, postage: 'first', crown: null, rate: '3.6' });
    expect(await removeLetterRate(app, { ...which, crown: false })).toEqual([{ ...view, crown: false, rate: 3 }]);
    expect([await on(true), await on(false)]).toEqual([3, 1.84]);
    await addLetterRate(app, { ...which, crown: false, rate: '4' });
    expect(await removeLetterRate(app, { ...which, crown: null })).toEqual([
      { ...view, crown: false, rate: 4 },
      { ...view, crown: true, rate: 3 },
    ]);
    expect([await on(true), await on(false)]).toEqual([1.84, 1.84]);
    await addLetterRate(app, { ...which, crown: null, rate: '5' });
    expect(await removeLetterRate(app, { ...which, crown: null })).toEqual([{ ...view, crown: null, rate: 5 }]);
    expect(await eventsOf(which.from)).toEqual([
      { ...view, crown: false, rate: '3' },
      { ...view, crown: false, rate: '4' },
      { ...view, crown: true, rate: '3' },
      { ...view, crown: null, rate: '5' },
    ]);
    const { letters } = await listRatesSince(app, '2030-04-30');
    const left = toLetterRateViews(letters).filter(({ from }) => from === which.from);
    expect(left.map(({ sheets, postage, rate }) => [sheets, postage, rate])).toEqual([
      [3, 'europe', 3.5],
      [2, 'first', 3.6],
    ]);
  });

  it('has not begun in London', async () => {
    // Midnight in London is 23:00 UTC of the day before.
    const from = '2031-06-01';
    await addSmsRate(app, { from, rate: '0.03' });
    clock.set('2031-05-31T23:00:00Z');
    await expect(removeSmsRate(app, from)).rejects.toMatchObject({
      code: 'REFUSED',
      message: `The rate for texts from ${from} has begun, and messages are counted with it: expected a later one`,
    });
    expect((await showSmsRate(app, from)).rate).toBe(0.03);
    expect(await eventsOf(from)).toEqual([]);
    clock.set('2031-05-31T22:59:59.999Z');
    await removeSmsRate(app, from);
    clock.set(now);
    const letter = { from: '2026-04-01', sheets: 1, postage: 'first', crown: null } as const;
    await expect(removeLetterRate(app, letter)).rejects.toMatchObject({ code: 'REFUSED' });
    expect(await showLetterRate(app, { ...letter, day: '2026-11-21' })).toBe(1.56);
  });

  it('must be there, whenever it would have begun', async () => {
    await expect(removeSmsRate(app, '2020-01-01')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const letter = { from: '2032-04-01', sheets: 1, postage: 'first', crown: false } as const;
    await expect(removeLetterRate(app, letter)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: `There is no rate for letters from 2032-04-01 with 1 sheet, postage 'first', not crown`,
    });
  });
});

it('the list of all rates names the first whole day of each', async () => {
  const { sms, letters } = await listRates(app, null);
  expect(toSmsRateView(sms[0]!)).toEqual({ notification_type: 'sms', from: '2016-05-19', rate: 0.0165 });
  expect(toLetterRateViews(letters)[0]).toEqual({
    ...{ notification_type: 'letter', from: '2016-04-01', sheets: 1, postage: 'second', crown: false, rate: 0.33 },
  });
});

describe('a night counts', () => {
  const ran = (day: string, completedAt: string) => ({ day, completedAt: new Date(completedAt) });

  it.each([
    ['nothing before', null, ['2021-05-26', '2021-06-04', 10]],
    ['last night', ran('2021-06-04', '2021-06-05T00:15:00Z'), ['2021-05-26', '2021-06-04', 10]],
    ['today already', ran('2021-06-05', '2021-06-05T00:00:00Z'), ['2021-05-26', '2021-06-04', 10]],
    ['a run long ago', ran('2021-05-20', '2021-05-20T23:00:00Z'), ['2021-05-21', '2021-06-04', 15]],
    ['a run in the middle of its day', ran('2021-05-20', '2021-05-20T22:59:59.999Z'), ['2021-05-20', '2021-06-04', 16]],
  ])('ten days and those that were missed, after %s', (_, last, [first, newest, count]) => {
    const days = nightlyBillingDays('2021-06-05', last);
    expect([days[0], days.at(-1), days.length]).toEqual([first, newest, count]);
  });
});
