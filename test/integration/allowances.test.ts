/** Free allowances (data sheet §5.2). */
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Allowance } from '../../src/lib/billing/allowance.ts';
import { fillAllowances } from '../../src/lib/billing/fill-allowances.ts';
import { resetAllowance } from '../../src/lib/billing/reset-allowance.ts';
import { setAllowance } from '../../src/lib/billing/set-allowance.ts';
import { showAllowance } from '../../src/lib/billing/show-allowance.ts';
import { scheduledTasks } from '../../src/lib/run-workers.ts';
import { nextTick } from '../../src/lib/queue/schedule.ts';
import { createTestClock } from '../server/test-clock.ts';
import { insertBillingFact } from '../support/usage-facts.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { useTestApp } from '../support/test-app.ts';

const clock = createTestClock('2026-06-01T12:00:00Z');
const app = useTestApp({ clock });

beforeEach(async () => {
  clock.set('2026-06-01T12:00:00Z');
  await app.db.query('TRUNCATE annual_billing, ft_billing');
  // Each test has its own services.
  await app.db.query('UPDATE services SET active = false');
});

async function serviceOf(organisationType: string | null): Promise<string> {
  const { id } = await aService(app);
  await becomes(id, organisationType);
  return id;
}

async function becomes(serviceId: string, organisationType: string | null): Promise<void> {
  await app.db.query({
    text: 'UPDATE services SET organisation_type = $2 WHERE id = $1',
    values: [serviceId, organisationType],
  });
}

/** Units of texts on a day. */
async function used(serviceId: string, day: string, units: number, multiplier = 1): Promise<void> {
  await insertBillingFact(app, await aTemplate(app, serviceId), { day, units, multiplier });
}

async function rowsOf(serviceId: string): Promise<object[]> {
  const { rows } = await app.db.query({
    text: `SELECT financial_year_start AS year, free_sms_fragment_limit AS limit, has_custom_allowance AS custom,
        high_volume_service_last_year AS high FROM annual_billing WHERE service_id = $1 ORDER BY 1`,
    values: [serviceId],
  });
  return rows;
}

describe('the default', () => {
  const years = [2016, 2020, 2021, 2022, 2023, 2024, 2025, 2026];

  it.each([
    ['central', [250_000, 250_000, 150_000, 40_000, 40_000, 30_000, 30_000, 20_000]],
    ['nhs_central', [250_000, 250_000, 150_000, 40_000, 40_000, 30_000, 30_000, 20_000]],
    ['local', [25_000, 25_000, 25_000, 20_000, 20_000, 10_000, 10_000, 10_000]],
    ['nhs_local', [25_000, 25_000, 25_000, 20_000, 20_000, 10_000, 10_000, 10_000]],
    ['emergency_service', [25_000, 25_000, 25_000, 20_000, 20_000, 10_000, 10_000, 10_000]],
    ['school_or_college', [25_000, 25_000, 10_000, 10_000, 10_000, 5000, 5000, 5000]],
    ['other', [25_000, 25_000, 10_000, 10_000, 10_000, 5000, 5000, 5000]],
    ['nhs_gp', [25_000, 25_000, 10_000, 10_000, 10_000, 0, 0, 0]],
    ['nhs_notify', [0, 0, 0, 0, 0, 0, 0, 0]],
    [null, [25_000, 25_000, 10_000, 10_000, 10_000, 5000, 5000, 5000]],
  ])('of %s by year', async (type, expected) => {
    const serviceId = await serviceOf(type);
    const limits: number[] = [];
    for (const year of years) limits.push((await showAllowance(app, { serviceId, year })).limit);
    expect(limits).toEqual(expected);
  });
});

describe('an allowance that is asked for', () => {
  it('is stored, and stays as it is', async () => {
    const serviceId = await serviceOf('central');
    expect(await showAllowance(app, { serviceId })).toEqual({
      serviceId,
      year: 2026,
      limit: 20_000,
      isHighVolume: false,
      isCustom: false,
    } satisfies Allowance);
    await becomes(serviceId, 'local');
    expect(await showAllowance(app, { serviceId })).toMatchObject({ limit: 20_000 });
    expect(await rowsOf(serviceId)).toEqual([{ year: 2026, limit: 20_000, custom: false, high: false }]);
  });

  it.each([
    ['2026-03-31', 300_000, 1, true],
    ['2025-04-01', 100_000, 3, true],
    ['2026-03-31', 299_999, 1, false],
    ['2026-04-01', 300_000, 1, false],
    ['2025-03-31', 300_000, 1, false],
  ])('after %s with %i fragments, times %i, is nothing: %s', async (day, units, multiplier, isHighVolume) => {
    const serviceId = await serviceOf('local');
    await used(serviceId, day, units, multiplier);
    const limit = isHighVolume ? 0 : 10_000;
    expect(await showAllowance(app, { serviceId, year: 2026 })).toMatchObject({ limit, isHighVolume });
  });

  it('is that of the year before, where it was set by hand', async () => {
    const serviceId = await serviceOf('local');
    await setAllowance(app, { serviceId, year: 2024, limit: 77 });
    expect(await showAllowance(app, { serviceId, year: 2025 })).toMatchObject({ limit: 77, isCustom: true });
    expect(await showAllowance(app, { serviceId, year: 2026 })).toMatchObject({ limit: 77, isCustom: true });
    const other = await serviceOf('local');
    await setAllowance(app, { serviceId: other, year: 2024, limit: 77 });
    expect(await showAllowance(app, { serviceId: other, year: 2026 })).toMatchObject({ limit: 10_000 });
  });

  it('is made once, whoever asks at the same time', async () => {
    const serviceId = await serviceOf('local');
    await Promise.all([1, 2, 3, 4].map(() => showAllowance(app, { serviceId })));
    expect(await rowsOf(serviceId)).toHaveLength(1);
  });

  it('needs a service, and a year that has begun', async () => {
    const serviceId = await serviceOf('local');
    await expect(showAllowance(app, { serviceId: randomUUID() })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    for (const year of [2015, 2027]) {
      await expect(showAllowance(app, { serviceId, year })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    }
    clock.set('2027-03-31T22:59:59Z');
    await expect(showAllowance(app, { serviceId, year: 2027 })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    clock.set('2027-03-31T23:00:00Z');
    expect(await showAllowance(app, { serviceId, year: 2027 })).toMatchObject({ year: 2027 });
  });
});

describe('an allowance that is set', () => {
  it('is a custom one, unless it is the default', async () => {
    const serviceId = await serviceOf('central');
    expect(await setAllowance(app, { serviceId, limit: 5 })).toMatchObject({ limit: 5, isCustom: true });
    expect(await setAllowance(app, { serviceId, limit: 20_000 })).toMatchObject({ limit: 20_000, isCustom: false });
    await setAllowance(app, { serviceId, limit: 0 });
    expect(await rowsOf(serviceId)).toEqual([{ year: 2026, limit: 0, custom: true, high: false }]);
    await setAllowance(app, { serviceId, limit: null });
    expect(await rowsOf(serviceId)).toEqual([{ year: 2026, limit: 20_000, custom: false, high: false }]);
  });

  it('is told as an event, but where it was so already', async () => {
    const serviceId = await serviceOf('central');
    for (const limit of [5, 5, 20_000, null]) await setAllowance(app, { serviceId, limit });
    const { rows } = await app.db.query({
      text: `SELECT data FROM events WHERE data ->> 'service_id' = $1 ORDER BY id`,
      values: [serviceId],
    });
    const event = { service_id: serviceId, financial_year_start: 2026 };
    expect(rows).toEqual([{ data: { ...event, from: 20_000, to: 5 } }, { data: { ...event, from: 5, to: 20_000 } }]);
  });

  it.each([-1, 1.5, Number.NaN, 2_147_483_648])('is not %d', async (limit) => {
    const serviceId = await serviceOf('central');
    const refused = { code: 'VALIDATION_FAILED', message: expect.stringContaining(`limit is ${limit}`) as string };
    await expect(setAllowance(app, { serviceId, limit })).rejects.toMatchObject(refused);
  });
});

describe('a service whose type of organisation changes', () => {
  const reset = (serviceId: string): Promise<void> =>
    app.db.transaction((db) => resetAllowance({ ...app, db }, { serviceId }));

  it('gets the default of this year, and nothing else in those before', async () => {
    const serviceId = await serviceOf('central');
    await showAllowance(app, { serviceId, year: 2025 });
    await becomes(serviceId, 'school_or_college');
    await reset(serviceId);
    expect(await rowsOf(serviceId)).toEqual([
      { year: 2025, limit: 30_000, custom: false, high: false },
      { year: 2026, limit: 5000, custom: false, high: false },
    ]);
    await becomes(serviceId, 'central');
    await reset(serviceId);
    expect(await rowsOf(serviceId)).toMatchObject([{ limit: 30_000 }, { limit: 20_000 }]);
  });

  it('gets that of the years after, where there are some', async () => {
    const serviceId = await serviceOf('central');
    clock.set('2026-04-02T12:00:00Z');
    await showAllowance(app, { serviceId, year: 2026 });
    clock.set('2025-06-02T12:00:00Z');
    await becomes(serviceId, 'nhs_gp');
    await reset(serviceId);
    expect(await rowsOf(serviceId)).toMatchObject([
      { year: 2025, limit: 0 },
      { year: 2026, limit: 0 },
    ]);
  });

  it('keeps what was set by hand, and nothing after high volume', async () => {
    const custom = await serviceOf('central');
    await setAllowance(app, { serviceId: custom, limit: 123 });
    const large = await serviceOf('central');
    await used(large, '2025-12-24', 300_000);
    for (const serviceId of [custom, large]) {
      await becomes(serviceId, 'local');
      await reset(serviceId);
    }
    expect(await rowsOf(custom)).toMatchObject([{ limit: 123, custom: true }]);
    expect(await rowsOf(large)).toMatchObject([{ limit: 0, high: true }]);
  });

  it('needs to be one', async () => {
    await expect(reset(randomUUID())).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('the allowances of a year', () => {
  it('are given to active services that have none, and to others that sent messages', async () => {
    const [usual, custom, large, given, archived, gone] = await Promise.all(
      ['local', 'local', 'local', 'local', 'central', 'local'].map(serviceOf),
    );
    await setAllowance(app, { serviceId: custom!, year: 2025, limit: 9 });
    await setAllowance(app, { serviceId: given!, limit: 10 });
    await used(large!, '2025-04-01', 300_000);
    await used(archived!, '2026-04-01', 1);
    await app.db.query({
      text: 'UPDATE services SET active = false WHERE id = ANY ($1::uuid[])',
      values: [[archived, gone]],
    });

    const counts = { byDefault: 2, custom: 1, highVolume: 1 };
    expect(await fillAllowances(app, { year: 2026, dryRun: true })).toEqual(counts);
    expect(await rowsOf(usual!)).toEqual([]);
    const progress: number[] = [];
    const onProgress = (done: number): number => progress.push(done);
    expect(await fillAllowances(app, { year: 2026, batchSize: 3, onProgress })).toEqual(counts);
    expect(progress).toEqual([3]);
    const limits = await Promise.all([usual!, custom!, large!, given!, archived!, gone!].map(rowsOf));
    expect(limits).toMatchObject([
      [{ year: 2026, limit: 10_000 }],
      [{ year: 2025 }, { year: 2026, limit: 9, custom: true }],
      [{ limit: 0, high: true }],
      [{ limit: 10, custom: true }],
      [{ limit: 20_000 }],
      [],
    ]);
    expect(await fillAllowances(app, { year: 2026 })).toEqual({ byDefault: 0, custom: 0, highVolume: 0 });
  });

  it('are due on 1 April at 02:01 UTC', () => {
    const task = scheduledTasks.find((each) => each.task === 'run-populate-annual-billing')!;
    expect(task.queue).toBe('periodic');
    expect(nextTick(task.cron, new Date('2026-04-01T02:01:00Z'))).toEqual(new Date('2027-04-01T02:01:00Z'));
  });

  it('are not given for a year that has not begun', async () => {
    await expect(fillAllowances(app, { year: 2027 })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });
});
