/** What the print provider's files lead to over HTTP, and letters of the internal API. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Template } from '../../src/lib/templates/template.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { createFakeSns, snsTopic } from '../support/sns.ts';
import { waitFor } from '../support/wait.ts';
import { storeLetters } from '../support/waiting-letters.ts';
import type { ApiAnswer } from './api.ts';
import { useInternalApi } from './internal-api.ts';
import { createTestClock } from './test-clock.ts';

const clock = createTestClock('2026-03-10T12:00:00Z');
const sns = createFakeSns();
const api = useInternalApi({
  clock,
  supervise: true,
  snsFetch: sns.fetch,
  config: { printTopicArns: [snsTopic], printResponses: 'storage' },
});
const success = { result: 'success', message: 'DVLA callback succeeded' };
let template: Template;
let last = 0;

beforeAll(async () => {
  const { id } = await aService(api);
  template = await aTemplate(api, id, { templateType: 'letter' });
  await api.runWorkers(['notify']);
});

async function aLetter(status: string): Promise<{ id: string; reference: string }> {
  const reference = `REF${String((last += 1)).padStart(13, '0')}`;
  const { serviceId, id: templateId } = template;
  const letter = { reference, serviceId, templateId, status, createdAt: clock.now(), pdf: null };
  const [stored] = await storeLetters(api, [letter]);
  return { id: stored!.id, reference };
}

async function statusOf(id: string): Promise<string> {
  const values = [id];
  const { rows } = await api.db.query<{ status: string }>({
    text: 'SELECT notification_status AS status FROM notifications WHERE id = $1',
    values,
  });
  return rows[0]!.status;
}

function post(envelope: object | string): Promise<ApiAnswer> {
  const text = typeof envelope === 'string' ? envelope : JSON.stringify(envelope);
  return api.call('/notifications/letter/dvla', { method: 'POST', text, headers: { 'content-type': 'text/plain' } });
}

const aboutFile = (key: string): object =>
  sns.signed({ Message: JSON.stringify({ Records: [{ s3: { object: { key } } }] }) });

describe('POST /notifications/letter/dvla', () => {
  it('has a file of responses read from the storage', async () => {
    const { id, reference } = await aLetter('sending');
    const name = 'NOTIFY-20260310110000-RSP.TXT';
    await api.storage.put('print-responses', name, Buffer.from(`${reference}|Sent|1|Sorted`));
    const answer = await post(aboutFile(`print-responses/${name}`));
    expect([answer.status, answer.json]).toEqual([200, success]);
    await waitFor(async () => (await statusOf(id)) === 'delivered');
  });

  it('leaves other files alone, and confirms a subscription', async () => {
    for (const key of ['dispatch/NOTIFY.ack.txt', 'nonsense'])
      expect((await post(aboutFile(key))).json).toEqual(success);
    expect((await post(sns.signed({ Message: 'no JSON' }))).json).toEqual(success);
    const url = 'https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription';
    const subscription = { Type: 'SubscriptionConfirmation', Message: 'Confirm', SubscribeURL: url, Token: 't' };
    expect((await post(sns.signed(subscription))).json).toEqual(success);
    expect(sns.fetched).toContain(url);
  });

  it.each([
    ['no JSON', 'DVLA callback failed: Invalid JSON'],
    [{}, 'Type is a required property'],
    [{ Type: 'Notification', Message: '{}' }, 'MessageId is a required property'],
    [{ Type: 'Notification', MessageId: '1' }, 'Message is a required property'],
  ])('refuses %j', async (body, message) => {
    const withTopic = typeof body === 'string' ? body : { TopicArn: snsTopic, ...body };
    const answer = await post(withTopic);
    expect([answer.status, answer.json]).toEqual([400, { result: 'error', message: [message] }]);
  });

  it('refuses what SNS did not sign, or another topic', async () => {
    const forged = { ...aboutFile('NOTIFY-20260310110000-RSP.TXT'), Signature: 'AAAA' };
    expect((await post(forged)).status).toBe(403);
    expect((await post(sns.signed({ TopicArn: `${snsTopic}2`, Message: '{}' }))).status).toBe(403);
  });
});

describe('POST /letters/returned', () => {
  const returned = (body: object): Promise<ApiAnswer> => api.internal('/letters/returned', { method: 'POST', body });

  it('notes letters that came back, and echoes their references', async () => {
    const { id, reference } = await aLetter('delivered');
    const references = [reference, 'UNKNOWN000000000'];
    const answer = await returned({ references });
    expect([answer.status, answer.json]).toEqual([200, { references }]);
    expect(await statusOf(id)).toBe('returned-letter');
  });

  it('refuses what is no reference, and none', async () => {
    const odd = await returned({ references: ['NOTIFY000REF'] });
    expect(odd.status).toBe(400);
    expect(odd.text).toContain('references NOTIFY000REF does not match ^[0-9A-Z]{16}$');
    for (const body of [{ references: [] }, { references: 'REF' }, { references: [1] }, {}])
      expect((await returned(body)).status).toBe(400);
  });
});

describe('POST /service/<id>/notifications/<id>/cancel', () => {
  const cancel = (id: string): Promise<ApiAnswer> =>
    api.internal(`/service/${template.serviceId}/notifications/${id}/cancel`, { method: 'POST' });

  it('cancels a letter, and answers with it', async () => {
    const { id } = await aLetter('created');
    const answer = await cancel(id);
    expect([answer.status, answer.json]).toMatchObject([200, { id, status: 'cancelled' }]);
    const again = await cancel(id);
    const message = 'This letter has already been cancelled.';
    expect([again.status, again.json]).toEqual([400, { result: 'error', message }]);
  });

  it('finds nothing elsewhere', async () => {
    for (const id of [api.ids.uuid(), 'nonsense']) {
      const answer = await cancel(id);
      expect([answer.status, answer.json]).toEqual([404, { result: 'error', message: 'Notification not found' }]);
    }
  });
});
