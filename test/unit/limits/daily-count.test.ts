import { describe, expect, it } from 'vitest';
import { countersOf, dailyLimitOf, toIncrements, type CountedMessage } from '../../../src/lib/limits/daily-count.ts';
import { dailyCountKey, tokensKey } from '../../../src/lib/limits/redis-limits.ts';
import type { Service } from '../../../src/lib/services/service.ts';

const serviceId = '0b8fe5cb-5b0a-4c3c-9d3a-1c1c54e0a001';
const otherServiceId = '0b8fe5cb-5b0a-4c3c-9d3a-1c1c54e0a002';

function aMessage(changes: Partial<CountedMessage> = {}): CountedMessage {
  return {
    serviceId,
    notificationType: 'sms',
    keyType: 'normal',
    international: false,
    phonePrefix: '44',
    createdAt: new Date('2026-03-10T12:00:00Z'),
    ...changes,
  };
}

describe('a message counts', () => {
  const cases: [string, Partial<CountedMessage>, string[]][] = [
    ['as a text', {}, ['sms']],
    ['as an email', { notificationType: 'email', phonePrefix: null }, ['email']],
    ['as a letter', { notificationType: 'letter', phonePrefix: null }, ['letter']],
    [
      'as a letter also when it goes abroad',
      { notificationType: 'letter', international: true, phonePrefix: null },
      ['letter'],
    ],
    ['as a text and as one abroad', { international: true, phonePrefix: '33' }, ['sms', 'international_sms']],
    ['as a text only to a crown dependency', { international: true, phonePrefix: '44' }, ['sms']],
    ['with a team key, too', { keyType: 'team' }, ['sms']],
    ['not at all with a test key', { keyType: 'test', international: true, phonePrefix: '33' }, []],
  ];
  for (const [how, changes, expected] of cases) {
    it(how, () => expect(countersOf(aMessage(changes))).toEqual(expected));
  }
});

describe('messages that are stored together', () => {
  it('add up by service, type and UTC day', () => {
    const lateInLondon = new Date('2026-07-01T23:59:59.999Z');
    const increments = toIncrements([
      aMessage(),
      aMessage({ keyType: 'team' }),
      aMessage({ keyType: 'test' }),
      aMessage({ international: true, phonePrefix: '1' }),
      aMessage({ serviceId: otherServiceId }),
      aMessage({ createdAt: lateInLondon }),
    ]);
    expect(increments).toEqual([
      { serviceId, counted: 'sms', day: '2026-03-10', by: 3 },
      { serviceId, counted: 'international_sms', day: '2026-03-10', by: 1 },
      { serviceId: otherServiceId, counted: 'sms', day: '2026-03-10', by: 1 },
      { serviceId, counted: 'sms', day: '2026-07-01', by: 1 },
    ]);
  });
});

describe('the daily limit', () => {
  const service = {
    smsMessageLimit: 1,
    emailMessageLimit: 2,
    letterMessageLimit: 3,
    internationalSmsMessageLimit: 4,
  } as Service;
  for (const [counted, limit] of [
    ['sms', 1],
    ['email', 2],
    ['letter', 3],
    ['international_sms', 4],
  ] as const) {
    it(`of ${counted} is a setting of the service`, () => expect(dailyLimitOf(service, counted)).toBe(limit));
  }
});

describe('keys in Redis', () => {
  it('are those of the reference', () => {
    expect(tokensKey(serviceId, 'team')).toBe(`${serviceId}-tokens-team`);
    expect(dailyCountKey({ serviceId, counted: 'international_sms', day: '2026-03-10' })).toBe(
      `${serviceId}-international_sms-2026-03-10-count`,
    );
  });
});
