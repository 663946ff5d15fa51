import type { JsonObject } from '../core/json.ts';

/** What SNS posts: an envelope of texts. */
export type SnsEnvelope = JsonObject;

const signedKeysOfMessage = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'];
const signedKeysOfConfirmation = ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];

const confirmations = ['SubscriptionConfirmation', 'UnsubscribeConfirmation'];

/** A text of the envelope; empty when it is absent or no text. */
export function snsText(envelope: SnsEnvelope, key: string): string {
  const value = envelope[key];
  return typeof value === 'string' ? value : '';
}

/** What SNS signs: key and value of each field that is there, a line each, in a fixed order (delivery sheet §6.2). */
export function snsSignedText(envelope: SnsEnvelope): string {
  const keys = confirmations.includes(snsText(envelope, 'Type')) ? signedKeysOfConfirmation : signedKeysOfMessage;
  return keys
    .filter((key) => typeof envelope[key] === 'string')
    .map((key) => `${key}\n${snsText(envelope, key)}\n`)
    .join('');
}

const snsHost = /^sns\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/;

/** A URL of SNS itself; null for any other: nothing else may be fetched because somebody posted it. */
function snsUrl(text: string): URL | null {
  // What the parser would correct, such as tabs within the host or backslashes, is refused.
  const url = /^https:\/\/[\x21-\x5b\x5d-\x7e]+$/.test(text) ? URL.parse(text) : null;
  if (url === null || url.protocol !== 'https:' || !snsHost.test(url.hostname)) return null;
  const [authority] = text.slice('https://'.length).split(/[/?#]/, 1);
  // No port, user or password, not even the default port.
  return authority === url.hostname ? url : null;
}

/** The URL of a certificate, as SNS spells it in two ways; null for one that may not be fetched. */
export function signingCertUrl(envelope: SnsEnvelope): string | null {
  const url = snsUrl(snsText(envelope, 'SigningCertURL') || snsText(envelope, 'SigningCertUrl'));
  return url !== null && url.pathname.endsWith('.pem') && url.search === '' && url.hash === '' ? url.href : null;
}

/** The URL that confirms a subscription; null for one that may not be fetched. */
export function subscribeUrl(envelope: SnsEnvelope): string | null {
  return snsUrl(snsText(envelope, 'SubscribeURL'))?.href ?? null;
}
