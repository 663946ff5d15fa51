import { describe, expect, test } from 'vitest';
import { toApiDateTime } from '../../../src/lib/core/clock.ts';
import { addDays, weekdayOf } from '../../../src/lib/core/london-time.ts';
import { bankHolidays } from '../../../src/lib/letters/bank-holidays.ts';
import { deliveryDays, estimatedDelivery } from '../../../src/lib/letters/estimated-delivery.ts';
import { postages, type Postage } from '../../../src/lib/letters/postage.ts';

type Days = readonly [earliest: string, latest: string];

describe('a letter', () => {
  const rows: [created: string, printed: string, ...Days[]][] = [
    [
      '2020-10-23T10:00:00Z',
      '2020-10-26',
      ['2020-10-27', '2020-10-27'],
      ['2020-10-30', '2020-11-02'],
      ['2020-10-30', '2020-11-04'],
      ['2020-10-30', '2020-11-03'],
      ['2020-11-03', '2020-11-05'],
    ],
    [
      '2020-04-09T16:29:59Z',
      '2020-04-14',
      ['2020-04-15', '2020-04-15'],
      ['2020-04-20', '2020-04-21'],
      ['2020-04-20', '2020-04-23'],
      ['2020-04-20', '2020-04-22'],
      ['2020-04-22', '2020-04-24'],
    ],
    [
      '2021-04-01T10:00:00Z',
      '2021-04-06',
      ['2021-04-07', '2021-04-07'],
      ['2021-04-12', '2021-04-13'],
      ['2021-04-12', '2021-04-15'],
      ['2021-04-12', '2021-04-14'],
      ['2021-04-14', '2021-04-16'],
    ],
    [
      '2022-12-23T17:30:00Z',
      '2022-12-28',
      ['2022-12-29', '2022-12-29'],
      ['2023-01-04', '2023-01-05'],
      ['2023-01-04', '2023-01-09'],
      ['2023-01-04', '2023-01-06'],
      ['2023-01-06', '2023-01-10'],
    ],
  ];
  for (const [created, printed, ...expected] of rows) {
    test.each(postages.map((postage, index): [Postage, Days] => [postage, expected[index]!]))(
      `created ${created} and sent %s arrives between %j`,
      (postage, [earliest, latest]) => {
        expect(deliveryDays(new Date(created), postage)).toEqual({ printed, earliest, latest });
      },
    );
  }

  test.each([
    // A second before half past five in London, and at it: on a winter's Monday, on a summer's, and on a Friday.
    ['2020-02-17T17:29:59.999Z', '2020-02-18'],
    ['2020-02-17T17:30:00.000Z', '2020-02-19'],
    ['2020-07-06T16:29:59.999Z', '2020-07-07'],
    ['2020-07-06T16:30:00.000Z', '2020-07-08'],
    ['2020-02-14T17:29:59.999Z', '2020-02-17'],
    ['2020-02-14T17:30:00.000Z', '2020-02-17'],
    ['2020-02-16T12:00:00.000Z', '2020-02-17'],
    ['2020-02-16T17:30:00.000Z', '2020-02-18'],
  ])('created %s is printed on %s', (created, printed) => {
    expect(deliveryDays(new Date(created), 'second').printed).toBe(printed);
  });

  test('is delivered first class on a Saturday, even on Christmas Day when its holiday is another day', () => {
    expect(deliveryDays(new Date('2021-12-23T12:00:00Z'), 'first').latest).toBe('2021-12-25');
    expect(deliveryDays(new Date('2021-12-23T12:00:00Z'), 'second').earliest).toBe('2022-01-04');
  });
});

describe('the estimate', () => {
  test.each<[string, Postage, string]>([
    ['2000-06-01T00:00:00Z', 'second', '2000-06-09T15:00:00.000000Z'],
    ['2000-12-01T00:00:00Z', 'first', '2000-12-05T16:00:00.000000Z'],
    ['2000-12-01T00:00:00Z', 'second', '2000-12-11T16:00:00.000000Z'],
    ['2000-12-01T00:00:00Z', 'economy', '2000-12-13T16:00:00.000000Z'],
    ['2000-12-01T11:22:33.456Z', 'first', '2000-12-05T16:00:33.456000Z'],
    // Created in summer time, delivered in winter time.
    ['2020-10-23T10:00:00Z', 'first', '2020-10-27T16:00:00.000000Z'],
    ['2020-03-27T10:00:00Z', 'first', '2020-03-31T15:00:00.000000Z'],
  ])('of a letter created %s and sent %s is %s', (created, postage, expected) => {
    expect(toApiDateTime(estimatedDelivery(new Date(created), postage))).toBe(expected);
  });
});

describe('the bank holidays', () => {
  // Moved or made for one occasion: VE Day, the Platinum Jubilee, the funeral of the Queen, the Coronation.
  const extraordinary = ['2020-05-08', '2022-06-02', '2022-06-03', '2022-09-19', '2023-05-08'];
  const movedAway = ['2020-05-04', '2022-05-30'];

  test('of every year follow the law, but for those of one occasion', () => {
    const years = [...new Set([...bankHolidays].map((date) => Number(date.slice(0, 4))))];
    expect(years).toEqual(Array.from({ length: years.length }, (_, index) => 2018 + index));
    const lawful = years.flatMap((year) => [
      notOnWeekend(`${year}-01-01`),
      addDays(easterSunday(year), -2),
      addDays(easterSunday(year), 1),
      firstMonday(`${year}-05-01`),
      firstMonday(`${year}-05-25`),
      firstMonday(`${year}-08-25`),
      ...christmas(year),
    ]);
    const expected = [...lawful.filter((date) => !movedAway.includes(date)), ...extraordinary].sort();
    expect([...bankHolidays].sort()).toEqual(expected);
  });
});

/** The first Monday on or after a date. */
function firstMonday(date: string): string {
  return addDays(date, (8 - weekdayOf(date)) % 7);
}

function notOnWeekend(date: string): string {
  return weekdayOf(date) === 0 || weekdayOf(date) === 6 ? firstMonday(date) : date;
}

/** Christmas Day and Boxing Day; the first free weekday stands in for Boxing Day, the next for Christmas Day. */
function christmas(year: number): string[] {
  const days = [`${year}-12-25`, `${year}-12-26`];
  const weekdays = days.filter((date) => weekdayOf(date) !== 0 && weekdayOf(date) !== 6);
  for (let day = `${year}-12-27`; weekdays.length < 2; day = addDays(day, 1)) {
    if (weekdayOf(day) !== 0 && weekdayOf(day) !== 6) weekdays.push(day);
  }
  return weekdays;
}

/** By the anonymous Gregorian computation. */
function easterSunday(year: number): string {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const ofCentury = year % 100;
  const epact =
    (19 * golden +
      century -
      Math.floor(century / 4) -
      Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3) +
      15) %
    30;
  const toSunday = (32 + 2 * (century % 4) + 2 * Math.floor(ofCentury / 4) - epact - (ofCentury % 4)) % 7;
  const correction = Math.floor((golden + 11 * epact + 22 * toSunday) / 451);
  const sum = epact + toSunday - 7 * correction + 114;
  return `${year}-${String(Math.floor(sum / 31)).padStart(2, '0')}-${String((sum % 31) + 1).padStart(2, '0')}`;
}
