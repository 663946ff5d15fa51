/** Amazon SNS for tests: messages signed with a certificate of our own, and what it answers over HTTPS. */
import { sign } from 'node:crypto';
import type { SnsFetch } from '../../src/lib/receipts/fetch-sns.ts';
import { snsSignedText } from '../../src/lib/receipts/sns-message.ts';
import { aCertificate, type TestCertificate } from './certificate.ts';

export type Envelope = Record<string, string>;

export const snsTopic = 'arn:aws:sns:eu-west-1:123456789012:emails';
export const snsCertUrl = 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem';

export interface FakeSns {
  readonly certificate: TestCertificate;
  /** The URLs that were fetched, oldest first. */
  readonly fetched: string[];
  /** What they answer from now on; the certificate at first. */
  answer: SnsFetch;
  readonly fetch: SnsFetch;
  /** An envelope with its signature; what is given as undefined is left out before. */
  signed(envelope: Record<string, string | undefined>, version?: '1' | '2'): Envelope;
}

export function createFakeSns(certificate: TestCertificate = aCertificate()): FakeSns {
  const fetched: string[] = [];
  const sns: FakeSns = {
    certificate,
    fetched,
    answer: async () => ({ status: 200, text: certificate.pem }),
    fetch: async (url) => {
      fetched.push(url);
      return sns.answer(url);
    },
    signed(given, version = '1') {
      const envelope = Object.fromEntries(
        Object.entries({ ...defaults(), SignatureVersion: version, ...given }).filter(
          ([, value]) => value !== undefined,
        ),
      ) as Envelope;
      const algorithm = version === '1' ? 'RSA-SHA1' : 'RSA-SHA256';
      const signature = sign(algorithm, Buffer.from(snsSignedText(envelope)), certificate.privateKey);
      return { Signature: signature.toString('base64'), ...envelope };
    },
  };
  return sns;
}

let lastMessage = 0;

function defaults(): Envelope {
  lastMessage += 1;
  return {
    Type: 'Notification',
    MessageId: `00000000-0000-4000-8000-${String(lastMessage).padStart(12, '0')}`,
    TopicArn: snsTopic,
    Timestamp: '2026-03-10T12:00:00.000Z',
    SigningCertURL: snsCertUrl,
  };
}
