import { describe, expect, it } from 'vitest';
import type { NotificationType } from '../../../src/lib/notifications/notification.ts';
import { liveSpans, type LiveSpan } from '../../../src/lib/statistics/status-count.ts';
import { nightlyFactDays } from '../../../src/lib/statistics/status-fact.ts';
import { usageWindow } from '../../../src/lib/usage/template-usage.ts';

describe('a night counts', () => {
  const daysOf = (type: NotificationType, last: Iterable<[NotificationType, string]>): string[] =>
    nightlyFactDays('2021-04-01', new Map(last))
      .filter((counted) => counted.type === type)
      .map(({ day }) => day);
  const four = ['2021-03-31', '2021-03-30', '2021-03-29', '2021-03-28'];

  it('four days of texts and emails, and ten of letters, from yesterday back', () => {
    expect(daysOf('sms', [])).toEqual(four);
    expect(daysOf('email', [['email', '2021-03-31']])).toEqual(four);
    const letters = daysOf('letter', [['letter', '2021-03-31']]);
    expect([letters.length, letters[0], letters.at(-1)]).toEqual([10, '2021-03-31', '2021-03-22']);
  });

  it('what no night came to since the last one', () => {
    expect(daysOf('sms', [['sms', '2021-03-25']])).toEqual([...four, '2021-03-27', '2021-03-26']);
    expect(
      daysOf('sms', [
        ['sms', '2021-03-26'],
        ['letter', '2021-01-01'],
      ]),
    ).toEqual([...four, '2021-03-27']);
    expect(daysOf('letter', [['letter', '2021-03-26']])).toHaveLength(10);
  });
});

describe('what is read from the tables', () => {
  const types: readonly NotificationType[] = ['email', 'sms', 'letter'];
  const window = usageWindow('2018-10-31', 7);
  const allRuns = window.flatMap((day) => types.map((type) => ({ day, type })));
  const spans = (options: Partial<Parameters<typeof liveSpans>[1]>): LiveSpan[] =>
    liveSpans(window, { today: '2018-10-31', runs: allRuns, period: 'all', ...options });

  it('is today, when every past day is counted', () => {
    const [start, end] = [new Date('2018-10-31T00:00:00Z'), new Date('2018-11-01T00:00:00Z')];
    expect(spans({})).toEqual([{ period: '', start, end, types }]);
  });

  it('is a day, and a type, that is not counted', () => {
    const runs = allRuns.filter(({ day, type }) => day !== '2018-10-30' && (day !== '2018-10-26' || type === 'sms'));
    expect(spans({ runs })).toEqual([
      {
        period: '',
        start: new Date('2018-10-25T23:00:00Z'),
        end: new Date('2018-10-26T23:00:00Z'),
        types: ['email', 'letter'],
      },
      { period: '', start: new Date('2018-10-30T00:00:00Z'), end: new Date('2018-11-01T00:00:00Z'), types },
    ]);
  });

  it('is cut where a month or a day ends', () => {
    const days = ['2018-09-29', '2018-09-30', '2018-10-01', '2018-10-02'];
    const none = { today: '2018-10-02', runs: [] };
    expect(liveSpans(days, { ...none, period: 'all' })).toHaveLength(1);
    expect(liveSpans(days, { ...none, period: 'month' }).map(({ period }) => period)).toEqual(['2018-09', '2018-10']);
    expect(liveSpans(days, { ...none, period: 'day' }).map(({ period }) => period)).toEqual(days);
  });

  it('is a day of 25 hours, when the clocks go back', () => {
    const [span] = liveSpans(['2018-10-28'], { today: '2018-10-31', runs: [], period: 'day' });
    expect(span).toMatchObject({ start: new Date('2018-10-27T23:00:00Z'), end: new Date('2018-10-29T00:00:00Z') });
  });
});
