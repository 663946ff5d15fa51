import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addDays,
  daysBetween,
  financialYear,
  financialYearInterval,
  isCalendarDate,
  londonClockTime,
  londonDate,
  londonDay,
  londonMidnightUtc,
  londonOffsetMinutes,
  londonTimeUtc,
  utcDate,
  utcMidnight,
  weekdayOf,
} from '../../../src/lib/core/london-time.ts';

const hourMs = 60 * 60 * 1000;
const dayMs = 24 * hourMs;
const years = Array.from({ length: 51 }, (_, index) => 2000 + index);
const clockChanges = years.flatMap((year) => [lastSundayAtOneUtc(year, 2), lastSundayAtOneUtc(year, 9)]);

/** Found without the module under test: the Sunday among the last seven days of a month, 01:00 UTC. */
function lastSundayAtOneUtc(year: number, month: number): Date {
  const lastDay = new Date(Date.UTC(year, month + 1, 0, 1));
  return new Date(lastDay.getTime() - lastDay.getUTCDay() * dayMs);
}

const anyDate = fc
  .date({ min: new Date('2000-01-01T00:00:00Z'), max: new Date('2050-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const anyInstant = fc.date({
  min: new Date('2000-01-01T00:00:00Z'),
  max: new Date('2050-12-31T23:59:59.999Z'),
  noInvalidDate: true,
});
/** Within two hours of a change, where mistakes live. */
const nearClockChange = fc
  .tuple(fc.constantFrom(...clockChanges), fc.integer({ min: -2 * hourMs, max: 2 * hourMs }))
  .map(([change, distance]) => new Date(change.getTime() + distance));

describe('London days', () => {
  test.each([
    ['2016-01-15', '2016-01-15T00:00:00.000Z'],
    ['2016-06-15', '2016-06-14T23:00:00.000Z'],
    ['2016-06-17', '2016-06-16T23:00:00.000Z'],
    ['2016-03-27', '2016-03-27T00:00:00.000Z'],
    ['2016-03-28', '2016-03-27T23:00:00.000Z'],
    ['2016-10-30', '2016-10-29T23:00:00.000Z'],
    ['2016-10-31', '2016-10-31T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ])('%s begins at %s', (date, instant) => {
    expect(londonMidnightUtc(date).toISOString()).toBe(instant);
  });

  test.each([
    ['2016-01-15', '16:00', '2016-01-15T16:00:00.000Z'],
    ['2016-06-15', '16:00', '2016-06-15T15:00:00.000Z'],
    ['2016-06-15', '00:30', '2016-06-14T23:30:00.000Z'],
    ['2016-03-27', '00:59', '2016-03-27T00:59:00.000Z'],
    ['2016-03-27', '01:30', '2016-03-27T00:30:00.000Z'],
    ['2016-03-27', '02:00', '2016-03-27T01:00:00.000Z'],
    ['2016-03-27', '17:30', '2016-03-27T16:30:00.000Z'],
    ['2016-10-30', '00:59', '2016-10-29T23:59:00.000Z'],
    ['2016-10-30', '01:30', '2016-10-30T01:30:00.000Z'],
    ['2016-10-30', '17:30', '2016-10-30T17:30:00.000Z'],
  ])('on %s the clocks show %s at %s', (date, time, instant) => {
    expect(londonTimeUtc(date, time).toISOString()).toBe(instant);
  });

  test('a wall clock shows the time it was asked for', () => {
    fc.assert(
      fc.property(fc.oneof(anyInstant, nearClockChange), (instant) => {
        const [date, time] = [londonDate(instant), londonClockTime(instant)];
        const found = londonTimeUtc(date, time);
        expect([londonDate(found), londonClockTime(found)]).toEqual([date, time]);
      }),
    );
  });

  test.each(['24:00', '12:60', '1:00', '12', ''])('%j is no time', (time) => {
    expect(() => londonTimeUtc('2016-01-15', time)).toThrow(RangeError);
  });

  test.each([
    ['2016-03-27', 0],
    ['2016-03-28', 1],
    ['2016-04-02', 6],
    ['2024-02-29', 4],
  ])('%s is day %d of the week', (date, weekday) => {
    expect(weekdayOf(date)).toBe(weekday);
  });

  test.each([
    ['2016-03-27', 23],
    ['2016-10-30', 25],
    ['2016-06-15', 24],
    ['2016-01-15', 24],
    ['2025-03-30', 23],
    ['2025-10-26', 25],
  ])('%s lasts %d hours', (date, hours) => {
    const { start, end } = londonDay(date);
    expect((end.getTime() - start.getTime()) / hourMs).toBe(hours);
  });

  test.each([
    ['2016-06-14T22:59:59.999Z', '2016-06-14', '23:59'],
    ['2016-06-14T23:00:00.000Z', '2016-06-15', '00:00'],
    ['2016-01-14T23:59:59.999Z', '2016-01-14', '23:59'],
    ['2016-03-27T00:59:59.999Z', '2016-03-27', '00:59'],
    ['2016-03-27T01:00:00.000Z', '2016-03-27', '02:00'],
    ['2016-10-30T00:59:59.999Z', '2016-10-30', '01:59'],
    ['2016-10-30T01:00:00.000Z', '2016-10-30', '01:00'],
  ])('%s is in London %s %s', (instant, date, time) => {
    expect([londonDate(new Date(instant)), londonClockTime(new Date(instant))]).toEqual([date, time]);
  });

  test('tile the time line from 2000 to 2050 without gap or overlap, in 23, 24 or 25 hours', () => {
    // Collected, as 18,628 expectations would take longer than the calculation.
    const wrong: string[] = [];
    const short: string[] = [];
    const long: string[] = [];
    let date = '2000-01-01';
    let end = londonMidnightUtc(date);
    while (date < '2051-01-01') {
      const day = londonDay(date);
      const hours = (day.end.getTime() - day.start.getTime()) / hourMs;
      if (hours === 23) short.push(date);
      else if (hours === 25) long.push(date);
      const isWrong = day.start.getTime() !== end.getTime() || londonDate(new Date(day.end.getTime() - 1)) !== date;
      if (isWrong || ![23, 24, 25].includes(hours)) wrong.push(date);
      end = day.end;
      date = addDays(date, 1);
    }
    const changeDates = clockChanges.map((change) => change.toISOString().slice(0, 10));
    expect(wrong).toEqual([]);
    expect(short).toEqual(changeDates.filter((changeDate) => changeDate.slice(5, 7) === '03'));
    expect(long).toEqual(changeDates.filter((changeDate) => changeDate.slice(5, 7) === '10'));
  });

  test('hold every instant exactly once', () => {
    fc.assert(
      fc.property(fc.oneof(anyInstant, nearClockChange), (instant) => {
        const { start, end } = londonDay(londonDate(instant));
        expect(start <= instant && instant < end).toBe(true);
      }),
    );
  });

  test('begin at a midnight that is on the day', () => {
    fc.assert(
      fc.property(anyDate, (date) => {
        expect(londonDate(londonMidnightUtc(date))).toBe(date);
        expect(londonClockTime(londonMidnightUtc(date))).toBe('00:00');
      }),
    );
  });
});

describe('the offset', () => {
  test('changes at 01:00 UTC on the last Sundays of March and October, and at no other time', () => {
    for (const [index, change] of clockChanges.entries()) {
      const summerBegins = index % 2 === 0;
      const before = new Date(change.getTime() - 1);
      expect([londonOffsetMinutes(before), londonOffsetMinutes(change)], change.toISOString()).toEqual(
        summerBegins ? [0, 60] : [60, 0],
      );
    }
  });

  test('is that of the season at any other instant', () => {
    fc.assert(
      fc.property(fc.oneof(anyInstant, nearClockChange), (instant) => {
        const [summer, winter] = [2, 9].map((month) => lastSundayAtOneUtc(instant.getUTCFullYear(), month)) as [
          Date,
          Date,
        ];
        expect(londonOffsetMinutes(instant)).toBe(summer <= instant && instant < winter ? 60 : 0);
      }),
    );
  });
});

describe('calendar arithmetic', () => {
  test.each([
    ['2024-02-28', 1, '2024-02-29'],
    ['2023-02-28', 1, '2023-03-01'],
    ['2016-03-26', 2, '2016-03-28'],
    ['2016-10-30', 1, '2016-10-31'],
    ['2016-01-01', -1, '2015-12-31'],
    ['2016-06-15', 0, '2016-06-15'],
  ])('%s and %d days is %s', (date, days, result) => {
    expect(addDays(date, days)).toBe(result);
  });

  test('addition and difference undo each other', () => {
    fc.assert(
      fc.property(anyDate, anyDate, fc.integer({ min: -20_000, max: 20_000 }), (from, to, days) => {
        expect(daysBetween(from, addDays(from, days))).toBe(days);
        expect(addDays(from, daysBetween(from, to))).toBe(to);
        expect(daysBetween(from, to)).toBe(0 - daysBetween(to, from));
      }),
    );
  });

  test('leaves the years 0000 to 9999 only with an error', () => {
    expect(() => addDays('9999-12-31', 1)).toThrow(RangeError);
    expect(() => addDays('0000-01-01', -1)).toThrow(RangeError);
  });

  test.each([
    ['2016-03-31', 2015],
    ['2016-04-01', 2016],
    ['2017-03-31', 2016],
    ['2016-12-31', 2016],
    ['2017-01-01', 2016],
  ])('%s is in the financial year %d', (date, year) => {
    expect(financialYear(date)).toBe(year);
  });

  test('financial years begin at midnight in summer time and meet', () => {
    expect(financialYearInterval(2016)).toEqual({
      start: new Date('2016-03-31T23:00:00Z'),
      end: new Date('2017-03-31T23:00:00Z'),
    });
    // The clocks changed on 31 March itself: midnight of 1 April is already in summer time.
    expect(financialYearInterval(2024).start).toEqual(new Date('2024-03-31T23:00:00Z'));
    for (const year of years) expect(financialYearInterval(year).end).toEqual(financialYearInterval(year + 1).start);
  });

  test('an instant belongs to the financial year whose interval holds it', () => {
    fc.assert(
      fc.property(anyInstant, (instant) => {
        const { start, end } = financialYearInterval(financialYear(londonDate(instant)));
        expect(start <= instant && instant < end).toBe(true);
      }),
    );
  });

  test('UTC days ignore summer time', () => {
    expect(utcDate(new Date('2016-06-14T23:30:00Z'))).toBe('2016-06-14');
    expect(utcMidnight(new Date('2016-06-14T23:30:00Z'))).toEqual(new Date('2016-06-14T00:00:00Z'));
  });
});

describe('dates', () => {
  test.each(['2016-01-31', '2024-02-29', '2000-02-29', '0001-01-01', '9999-12-31'])('%j is one', (text) => {
    expect(isCalendarDate(text)).toBe(true);
  });

  test.each([
    '2016-02-30',
    '2023-02-29',
    '1900-02-29',
    '2016-00-10',
    '2016-13-01',
    '2016-01-00',
    '2016-01-32',
    '2016-1-1',
    '20160101',
    ' 2016-01-01',
    '2016-01-01\n',
    '2016-01-01T00:00:00Z',
    '+02016-01-01',
    '٢٠١٦-٠١-٠١',
    '',
  ])('%j is none, and arithmetic refuses it', (text) => {
    expect(isCalendarDate(text)).toBe(false);
    for (const calculate of [
      () => londonMidnightUtc(text),
      () => addDays(text, 1),
      () => daysBetween(text, '2016-01-01'),
    ])
      expect(calculate).toThrow(RangeError);
  });
});

test.each(['America/New_York', 'Asia/Tokyo', 'Europe/London', 'Pacific/Apia'])(
  'the results do not depend on the time zone of the machine: %s',
  (zone) => {
    const module = new URL('../../../src/lib/core/london-time.ts', import.meta.url).href;
    const instants = clockChanges.flatMap((change) =>
      [-hourMs, -1, 0, hourMs, 12 * hourMs, 23 * hourMs].map((distance) => change.getTime() + distance),
    );
    const evaluate = `
      const t = await import(${JSON.stringify(module)});
      const rows = ${JSON.stringify(instants)}.map((ms) => new Date(ms)).map((instant) => [
        t.londonDate(instant), t.londonClockTime(instant), t.utcDate(instant), t.londonOffsetMinutes(instant),
        t.londonMidnightUtc(t.londonDate(instant)).getTime(), t.addDays(t.londonDate(instant), 1),
        t.daysBetween('2016-01-01', t.londonDate(instant)),
      ]);
      console.log(JSON.stringify({ localOffset: new Date(0).getTimezoneOffset(), rows }));`;
    const child = spawnSync(process.execPath, ['--input-type=module', '--eval', evaluate], {
      encoding: 'utf8',
      env: { ...process.env, TZ: zone },
    });
    expect(child.stderr).toBe('');
    const { rows, localOffset } = JSON.parse(child.stdout) as { rows: unknown[]; localOffset: number };
    expect(localOffset, 'the child does not run in that zone').not.toBe(0);
    expect(rows).toEqual(
      instants
        .map((ms) => new Date(ms))
        .map((instant) => [
          londonDate(instant),
          londonClockTime(instant),
          utcDate(instant),
          londonOffsetMinutes(instant),
          londonMidnightUtc(londonDate(instant)).getTime(),
          addDays(londonDate(instant), 1),
          daysBetween('2016-01-01', londonDate(instant)),
        ]),
    );
  },
);
