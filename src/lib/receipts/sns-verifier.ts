import { verify, X509Certificate } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { AppError, isAppError } from '../core/errors.ts';
import type { SnsFetch } from './fetch-sns.ts';
import { signingCertUrl, snsSignedText, snsText, subscribeUrl, type SnsEnvelope } from './sns-message.ts';

/** Tells what SNS signed, and answers its question whether to subscribe. */
export interface SnsVerifier {
  /**
   * @throws AppError AUTH_INVALID when the signature is not SNS's; SERVICE_UNAVAILABLE when its certificate cannot be
   *   fetched now
   */
  verify(envelope: SnsEnvelope): Promise<void>;
  /**
   * Fetches the URL that confirms a subscription.
   *
   * @throws AppError REQUEST_INVALID when the URL is not SNS's; SERVICE_UNAVAILABLE when SNS does not answer it
   */
  confirm(envelope: SnsEnvelope): Promise<void>;
}

const algorithms: ReadonlyMap<string, string> = new Map([
  ['1', 'RSA-SHA1'],
  ['2', 'RSA-SHA256'],
]);

/** SNS has one certificate per region at a time. */
const maxCertificates = 32;

export function createSnsVerifier({ fetch, clock }: { fetch: SnsFetch; clock: Clock }): SnsVerifier {
  const certificates = new Map<string, Promise<X509Certificate>>();

  const certificateAt = (url: string): Promise<X509Certificate> => {
    const known = certificates.get(url);
    if (known !== undefined) return known;
    if (certificates.size >= maxCertificates) certificates.delete(certificates.keys().next().value!);
    const fetched = fetchCertificate(fetch, url);
    certificates.set(url, fetched);
    // The next message tries again.
    fetched.catch(() => certificates.delete(url));
    return fetched;
  };

  return {
    async verify(envelope) {
      const url = signingCertUrl(envelope);
      const algorithm = algorithms.get(snsText(envelope, 'SignatureVersion'));
      if (url === null || algorithm === undefined) throw invalidSignature();
      const certificate = await certificateAt(url);
      const now = clock.now();
      if (now < certificate.validFromDate || now > certificate.validToDate) {
        certificates.delete(url);
        throw invalidSignature();
      }
      const signature = Buffer.from(snsText(envelope, 'Signature'), 'base64');
      const text = Buffer.from(snsSignedText(envelope));
      if (certificate.publicKey.asymmetricKeyType !== 'rsa') throw invalidSignature();
      if (!verify(algorithm, text, certificate.publicKey, signature)) throw invalidSignature();
    },
    async confirm(envelope) {
      const url = subscribeUrl(envelope);
      if (url === null) throw new AppError('REQUEST_INVALID', 'SES callback failed: SubscribeURL not allowed');
      await get(fetch, url);
    },
  };
}

async function fetchCertificate(fetch: SnsFetch, url: string): Promise<X509Certificate> {
  const text = await get(fetch, url);
  try {
    return new X509Certificate(text);
  } catch (error) {
    throw unavailable(error);
  }
}

async function get(fetch: SnsFetch, url: string): Promise<string> {
  try {
    const { status, text } = await fetch(url);
    if (status === 200) return text;
    throw unavailable(new Error(`SNS answered ${status}`));
  } catch (error) {
    throw isAppError(error) ? error : unavailable(error);
  }
}

function invalidSignature(): AppError {
  return new AppError('AUTH_INVALID', 'SES callback failed: invalid signature');
}

/** SNS posts the message again later. */
function unavailable(cause: unknown): AppError {
  return new AppError('SERVICE_UNAVAILABLE', 'SES callback failed: SNS does not answer', { cause });
}
