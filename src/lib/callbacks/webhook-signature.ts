import { createHmac } from 'node:crypto';

const derivationLabel = 'notify callback signature';

/**
 * The key of a callback's signatures (Standard Webhooks). It is derived from the bearer token, which the receiver has
 * already: there is no second secret to hand over, and a new token is a new key. `whsec_` and its base64 is what the
 * libraries of receivers take.
 */
export function webhookKey(bearerToken: string): Buffer {
  return createHmac('sha256', bearerToken).update(derivationLabel).digest();
}

/** The headers of Standard Webhooks for a body. */
export function webhookHeaders(input: {
  webhookId: string;
  bearerToken: string;
  body: string;
  at: Date;
}): Record<string, string> {
  const timestamp = String(Math.floor(input.at.getTime() / 1000));
  const signature = createHmac('sha256', webhookKey(input.bearerToken))
    .update(`${input.webhookId}.${timestamp}.${input.body}`)
    .digest('base64');
  return {
    'webhook-id': input.webhookId,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
}
