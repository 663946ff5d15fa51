import { describe, expect, it } from 'vitest';
import type { SnsEnvelope } from '../../../src/lib/receipts/sns-message.ts';
import { createSnsVerifier } from '../../../src/lib/receipts/sns-verifier.ts';
import { createTestClock, type TestClock } from '../../server/test-clock.ts';
import { aCertificate } from '../../support/certificate.ts';
import { createFakeSns, snsCertUrl, type FakeSns } from '../../support/sns.ts';

const own = aCertificate();
const invalid = { code: 'AUTH_INVALID', message: 'SES callback failed: invalid signature' };
const unavailable = { code: 'SERVICE_UNAVAILABLE' };

interface Verifying {
  readonly sns: FakeSns;
  readonly clock: TestClock;
  readonly verify: (envelope: SnsEnvelope) => Promise<void>;
  readonly confirm: (envelope: SnsEnvelope) => Promise<void>;
}

function aVerifier(certificate = own): Verifying {
  const sns = createFakeSns(certificate);
  const clock = createTestClock('2026-03-10T12:00:00Z');
  const verifier = createSnsVerifier({ fetch: sns.fetch, clock });
  return {
    sns,
    clock,
    verify: (envelope) => verifier.verify(envelope),
    confirm: (envelope) => verifier.confirm(envelope),
  };
}

describe('a message', () => {
  it.each(['1', '2'] as const)('with a signature of version %s is SNS’s', async (version) => {
    const { sns, verify } = aVerifier();
    await verify(sns.signed({ Message: 'Zoë 📩' }, version));
    await verify(sns.signed({ Message: 'm', Subject: 'About' }, version));
    const confirmation = { Type: 'SubscriptionConfirmation', Message: 'm', SubscribeURL: 'u', Token: 't' };
    await verify(sns.signed(confirmation, version));
  });

  it('may spell the URL of its certificate either way', async () => {
    const { sns, verify } = aVerifier();
    await verify(sns.signed({ Message: 'm', SigningCertURL: undefined, SigningCertUrl: snsCertUrl }));
  });

  it.each(['Message', 'MessageId', 'Timestamp', 'TopicArn', 'Type'])('with another %s is not', async (key) => {
    const { sns, verify } = aVerifier();
    await expect(verify({ ...sns.signed({ Message: 'm' }), [key]: 'other' })).rejects.toMatchObject(invalid);
  });

  it('with a subject that was not signed is not', async () => {
    const { sns, verify } = aVerifier();
    await expect(verify({ ...sns.signed({ Message: 'm' }), Subject: 'x' })).rejects.toMatchObject(invalid);
  });

  it.each([
    ['no signature', { Signature: '' }],
    ['a signature that is none', { Signature: '!!!' }],
    ['a signature of another length', { Signature: 'AAAA' }],
    ['no version', { SignatureVersion: '' }],
    ['an unknown version', { SignatureVersion: '3' }],
    ['the other version', { SignatureVersion: '2' }],
    ['a version that every object has', { SignatureVersion: 'constructor' }],
  ])('with %s is not', async (_name, changes) => {
    const { sns, verify } = aVerifier();
    await expect(verify({ ...sns.signed({ Message: 'm' }), ...changes })).rejects.toMatchObject(invalid);
  });

  it('signed by somebody else is not', async () => {
    const { verify } = aVerifier();
    const stranger = createFakeSns();
    await expect(verify(stranger.signed({ Message: 'm' }))).rejects.toMatchObject(invalid);
  });

  it('whose certificate is elsewhere is not, and nothing is fetched', async () => {
    const { sns, verify } = aVerifier();
    for (const SigningCertURL of ['https://evil.example/a.pem', 'http://sns.eu-west-1.amazonaws.com/a.pem', '']) {
      await expect(verify(sns.signed({ Message: 'm', SigningCertURL }))).rejects.toMatchObject(invalid);
    }
    expect(sns.fetched).toEqual([]);
  });

  it('with a certificate for another kind of key is not', async () => {
    const { sns, verify } = aVerifier();
    const message = sns.signed({ Message: 'm' });
    sns.answer = async () => ({ status: 200, text: aCertificate({ keyType: 'ed25519' }).pem });
    await expect(verify(message)).rejects.toMatchObject(invalid);
  });
});

describe('a certificate', () => {
  it('is fetched once, also for messages that come at once', async () => {
    const { sns, verify } = aVerifier();
    await Promise.all([1, 2, 3].map(() => verify(sns.signed({ Message: 'm' }))));
    await verify(sns.signed({ Message: 'n' }));
    expect(sns.fetched).toEqual([snsCertUrl]);
  });

  it('counts only while it is valid', async () => {
    const certificate = aCertificate({
      validFrom: new Date('2026-03-01T00:00:00Z'),
      validTo: new Date('2026-04-01T00:00:00Z'),
    });
    const { sns, clock, verify } = aVerifier(certificate);
    await verify(sns.signed({ Message: 'm' }));
    for (const instant of ['2026-02-28T23:59:59Z', '2026-04-01T00:00:01Z']) {
      clock.set(instant);
      await expect(verify(sns.signed({ Message: 'm' })), instant).rejects.toMatchObject(invalid);
    }
    clock.set('2026-03-31T23:59:59Z');
    await verify(sns.signed({ Message: 'm' }));
  });

  it.each([
    ['a redirect', async () => ({ status: 302, text: '' })],
    ['an error', async () => ({ status: 500, text: own.pem })],
    ['what is no certificate', async () => ({ status: 200, text: '<html>' })],
    ['nothing', () => Promise.reject(new Error('no answer'))],
  ])('that cannot be had now, for %s, is asked for again with the next message', async (_name, answer) => {
    const { sns, verify } = aVerifier();
    const good = sns.answer;
    sns.answer = answer;
    await expect(verify(sns.signed({ Message: 'm' }))).rejects.toMatchObject(unavailable);
    sns.answer = good;
    await verify(sns.signed({ Message: 'm' }));
    expect(sns.fetched).toHaveLength(2);
  });

  it('is forgotten when there are too many, the oldest first', async () => {
    const { sns, verify } = aVerifier();
    const urlOf = (n: number): string => `https://sns.eu-west-1.amazonaws.com/${n}.pem`;
    for (let n = 0; n <= 32; n += 1) await verify(sns.signed({ Message: 'm', SigningCertURL: urlOf(n) }));
    await verify(sns.signed({ Message: 'm', SigningCertURL: urlOf(32) }));
    expect(sns.fetched).toHaveLength(33);
    await verify(sns.signed({ Message: 'm', SigningCertURL: urlOf(0) }));
    expect(sns.fetched.at(-1)).toBe(urlOf(0));
  });
});

describe('a subscription', () => {
  const url = 'https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=t';

  it('is confirmed by fetching its URL', async () => {
    const { sns, confirm } = aVerifier();
    await confirm({ SubscribeURL: url });
    expect(sns.fetched).toEqual([url]);
  });

  it('is not confirmed elsewhere', async () => {
    const { sns, confirm } = aVerifier();
    for (const SubscribeURL of ['https://evil.example/', 'http://169.254.169.254/', '']) {
      await expect(confirm({ SubscribeURL })).rejects.toMatchObject({
        code: 'REQUEST_INVALID',
        message: 'SES callback failed: SubscribeURL not allowed',
      });
    }
    expect(sns.fetched).toEqual([]);
  });

  it('is not confirmed by a redirect, which is not followed', async () => {
    const { sns, confirm } = aVerifier();
    sns.answer = async () => ({ status: 301, text: '' });
    await expect(confirm({ SubscribeURL: url })).rejects.toMatchObject(unavailable);
    expect(sns.fetched).toEqual([url]);
  });
});
