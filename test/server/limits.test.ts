import { describe, expect, it } from 'vitest';
import type { KeyType } from '../../src/lib/api-keys/api-key.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { useApi, v2Error, type ApiAnswer } from './api.ts';
import { createTestClock } from './test-clock.ts';

// An hour before the day ends.
const clock = createTestClock('2026-03-10T23:00:00Z');
const api = useApi({ clock });

type Post = (keyType?: KeyType, changes?: object) => Promise<ApiAnswer>;

/** Sends texts of a live service that has settings of its own. */
async function aSender(settings: Readonly<Record<string, number>>): Promise<Post> {
  const { id: serviceId } = await aService(api);
  for (const [column, value] of Object.entries(settings)) {
    await api.db.query({ text: `UPDATE services SET ${column} = $2 WHERE id = $1`, values: [serviceId, value] });
  }
  const template = await aTemplate(api, serviceId, { content: 'Hello' });
  const keys = {} as Record<KeyType, string>;
  for (const keyType of ['normal', 'team', 'test'] as const) {
    keys[keyType] = (await anApiKey(api, serviceId, { keyType })).text;
  }
  return (keyType = 'normal', changes = {}) =>
    api.call('/v2/notifications/sms', {
      method: 'POST',
      key: keys[keyType],
      body: { phone_number: '07900900123', template_id: template.id, ...changes },
    });
}

async function statuses(count: number, post: () => Promise<ApiAnswer>): Promise<number[]> {
  const all: number[] = [];
  for (let i = 0; i < count; i += 1) all.push((await post()).status);
  return all;
}

describe('the daily limit', () => {
  it('lets exactly so many messages pass, and says when to come back', async () => {
    const post = await aSender({ sms_message_limit: 3 });
    expect(await statuses(3, () => post())).toEqual([201, 201, 201]);
    const answer = await post();
    expect([answer.status, answer.json]).toEqual([
      429,
      v2Error(429, 'TooManyRequestsError', 'Exceeded send limits (sms: 3) for today'),
    ]);
    expect(answer.headers['retry-after']).toBe('3600');
  });

  it('does not count what was refused or simulated', async () => {
    const post = await aSender({ sms_message_limit: 1 });
    expect((await post('normal', { personalisation: 'wrong' })).status).toBe(400);
    expect((await post('normal', { phone_number: '07700900000' })).status).toBe(201);
    expect(await statuses(2, () => post())).toEqual([201, 429]);
  });

  it('of texts abroad comes after validation', async () => {
    const post = await aSender({ international_sms_message_limit: 1 });
    const abroad = { phone_number: '+33623010203' };
    expect((await post('normal', abroad)).status).toBe(201);
    const answer = await post('normal', abroad);
    expect(answer.json).toEqual(
      v2Error(429, 'TooManyRequestsError', 'Exceeded send limits (international_sms: 1) for today'),
    );
    expect(answer.headers['retry-after']).toBe('3600');
    expect((await post()).status).toBe(201);
    // Jersey has a country of its own, and Britain's code.
    expect((await post('normal', { phone_number: '07797900123' })).status).toBe(201);
    expect((await post('test', abroad)).status).toBe(201);
  });

  it('is none for test keys', async () => {
    const post = await aSender({ sms_message_limit: 0 });
    expect([(await post('test')).status, (await post()).status]).toEqual([201, 429]);
  });
});

describe('the rate', () => {
  it('is one for each key type, and says when to come back', async () => {
    const post = await aSender({ rate_limit: 4 });
    const names = { normal: 'LIVE', team: 'TEAM', test: 'TEST' };
    for (const keyType of ['normal', 'team', 'test'] as const) {
      await statuses(2, () => post(keyType));
      const answer = await post(keyType);
      const message = `Exceeded rate limit for key type ${names[keyType]} of 4 requests per 60 seconds`;
      expect([answer.status, answer.json]).toEqual([429, v2Error(429, 'RateLimitError', message)]);
      expect(answer.headers['retry-after']).toBe('30');
    }
  });

  it('counts requests that are refused for something else, and comes before that', async () => {
    const post = await aSender({ rate_limit: 4, sms_message_limit: 0 });
    const unusable = { unexpected: true };
    expect(await statuses(3, () => post('normal', unusable))).toEqual([429, 429, 429]);
    expect((await post()).json).toMatchObject({ errors: [{ error: 'RateLimitError' }] });
    expect(await statuses(3, () => post('test', unusable))).toEqual([400, 400, 429]);
  });
});
