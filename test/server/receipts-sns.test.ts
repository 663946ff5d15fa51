import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLogCapture } from '../support/log-capture.ts';
import { storedJobs } from '../support/queue-probe.ts';
import { createFakeSns, snsCertUrl, snsTopic, type Envelope } from '../support/sns.ts';
import { plainError, useApi, type ApiAnswer, type TestApi } from './api.ts';
import { aReceiptSender, aSentMessage, messageOf, receiptsToBeRecorded, type ReceiptSender } from './receipt-rows.ts';
import { createTestClock } from './test-clock.ts';

const clock = createTestClock('2026-03-10T12:00:00Z');
const log = createLogCapture();
const sns = createFakeSns();
const api = useApi({
  clock,
  logger: log.logger,
  supervise: true,
  snsFetch: sns.fetch,
  config: { sesTopicArns: [snsTopic] },
});
const success = { result: 'success', message: 'SES callback succeeded' };
let sender: ReceiptSender;
let lastReference = 0;

beforeAll(async () => {
  sender = await aReceiptSender(api);
  await api.runWorkers(['ses-callbacks']);
});

beforeEach(() => {
  sns.fetched.length = 0;
});

function post(envelope: object, server: TestApi = api): Promise<ApiAnswer> {
  return server.call('/notifications/email/ses', { method: 'POST', body: envelope });
}

/** What SES says, in an envelope that SNS signed. */
const signed = (message: object, changes: Record<string, string | undefined> = {}): Envelope =>
  sns.signed({ Message: JSON.stringify(message), ...changes });

async function anEmail(): Promise<{ id: string; reference: string }> {
  const reference = `ses-${(lastReference += 1)}`;
  return { id: await aSentMessage(api, sender.email, { providerReference: reference }), reference };
}

const mail = (messageId: string): object => ({ mail: { messageId, timestamp: '2026-03-10T11:00:00.000Z' } });
const delivery = (messageId: string): object => ({ notificationType: 'Delivery', ...mail(messageId) });
const bounce = (messageId: string, bounceType: string): object => ({
  notificationType: 'Bounce',
  ...mail(messageId),
  bounce: { bounceType },
});

describe('the signature', () => {
  it('of either version is accepted', async () => {
    for (const version of ['1', '2'] as const) {
      const { id, reference } = await anEmail();
      expect((await post(sns.signed({ Message: JSON.stringify(delivery(reference)) }, version))).json).toEqual(success);
      await receiptsToBeRecorded(api.db);
      expect(await messageOf(api, id)).toMatchObject({ status: 'delivered' });
    }
  });

  it('that is missing, wrong or not of this message is refused, and nothing is done', async () => {
    const { id, reference } = await anEmail();
    const good = signed(delivery(reference));
    const other = signed(bounce(reference, 'Permanent'));
    const { Signature: _none, ...unsigned } = good;
    for (const bad of [
      unsigned,
      { ...good, Signature: other['Signature'] },
      { ...good, Message: other['Message'] },
      { ...good, Timestamp: 'later' },
      { ...good, SigningCertURL: 'https://evil.example/a.pem' },
      { ...good, SigningCertURL: 'https://sns.eu-west-1.amazonaws.com.evil.example/a.pem' },
      { ...good, SignatureVersion: '3' },
    ]) {
      const answer = await post(bad);
      expect(answer.status).toBe(403);
      expect(answer.json).toEqual(plainError('SES callback failed: invalid signature'));
    }
    expect(await messageOf(api, id)).toMatchObject({ status: 'sending' });
    expect(sns.fetched.filter((url) => url !== snsCertUrl)).toEqual([]);
  });

  it('cannot be checked while SNS does not answer: SNS posts again', async () => {
    const url = 'https://sns.eu-west-2.amazonaws.com/SimpleNotificationService-2.pem';
    const answer = sns.answer;
    sns.answer = () => Promise.reject(new Error('no answer'));
    try {
      expect((await post(signed(delivery('x'), { SigningCertURL: url }))).status).toBe(503);
    } finally {
      sns.answer = answer;
    }
    expect((await post(signed(delivery('x'), { SigningCertURL: url }))).status).toBe(200);
  });
});

describe('a topic', () => {
  it('that is not ours is refused, signed or not', async () => {
    const TopicArn = 'arn:aws:sns:eu-west-1:999999999999:theirs';
    for (const envelope of [signed(delivery('x'), { TopicArn }), { ...signed(delivery('x')), TopicArn }]) {
      const answer = await post(envelope);
      expect(answer.status).toBe(403);
      expect(answer.json).toEqual(plainError('SES callback failed: topic not allowed'));
    }
    expect(sns.fetched).toEqual([]);
  });
});

describe('a subscription', () => {
  const SubscribeURL = 'https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=t';
  const confirmation = { Type: 'SubscriptionConfirmation', Message: 'You have chosen', Token: 't', SubscribeURL };

  it('is confirmed, and its topic logged', async () => {
    const answer = await post(sns.signed(confirmation));
    expect(answer.json).toEqual(success);
    expect(sns.fetched).toContain(SubscribeURL);
    expect(log.lines('info').at(-1)).toMatchObject({ topic: snsTopic, msg: 'SNS sent a SubscriptionConfirmation' });
  });

  it('to a topic of somebody else, or that SNS did not sign, is not', async () => {
    const theirs = { ...confirmation, TopicArn: 'arn:aws:sns:eu-west-1:999999999999:theirs' };
    const forged = { ...sns.signed(confirmation), SubscribeURL: `${SubscribeURL}x` };
    for (const envelope of [sns.signed(theirs), forged]) expect((await post(envelope)).status).toBe(403);
    expect(sns.fetched.filter((url) => url.startsWith(SubscribeURL))).toEqual([]);
  });

  it('is not confirmed anywhere else', async () => {
    for (const url of ['http://169.254.169.254/', 'https://evil.example/', 'https://sns.eu-west-1.amazonaws.com:1/']) {
      const answer = await post(sns.signed({ ...confirmation, SubscribeURL: url }));
      expect(answer.status).toBe(400);
      expect(answer.json).toEqual(plainError('SES callback failed: SubscribeURL not allowed'));
    }
    expect(sns.fetched.filter((url) => url !== snsCertUrl)).toEqual([]);
  });

  it('whose confirmation SNS does not take is confirmed when it asks again', async () => {
    await post(signed(delivery('x')));
    const answer = sns.answer;
    sns.answer = async () => ({ status: 302, text: '' });
    try {
      expect((await post(sns.signed(confirmation))).status).toBe(503);
    } finally {
      sns.answer = answer;
    }
  });

  it('that ends is logged, and nothing is fetched', async () => {
    await post(signed(delivery('x')));
    sns.fetched.length = 0;
    expect((await post(sns.signed({ ...confirmation, Type: 'UnsubscribeConfirmation' }))).json).toEqual(success);
    expect(sns.fetched).toEqual([]);
    expect(log.lines('info').at(-1)).toMatchObject({ topic: snsTopic, msg: 'SNS sent a UnsubscribeConfirmation' });
  });
});

describe('where verification is off', () => {
  const open = useApi({ config: { snsVerification: 'off' }, snsFetch: sns.fetch });

  it('a message needs no signature, and is queued once', async () => {
    const envelope: Envelope = { ...signed(delivery('x')), Signature: '' };
    for (let times = 0; times < 3; times += 1) expect((await post(envelope, open)).json).toEqual(success);
    expect(await storedJobs(open.db)).toMatchObject([
      { queue: 'ses-callbacks', task: 'process-ses-result', subject: `SNS message ${envelope['MessageId']}` },
    ]);
    expect(sns.fetched).toEqual([]);
  });

  it('a subscription is confirmed at SNS all the same', async () => {
    const body = { Type: 'SubscriptionConfirmation', SubscribeURL: 'https://evil.example/' };
    expect((await post(body, open)).status).toBe(400);
    expect(sns.fetched).toEqual([]);
  });
});
