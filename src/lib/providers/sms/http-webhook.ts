import type { SmsWebhook, WebhookSuccess } from '../../config/sms-webhook.ts';
import { valueAt } from '../../core/json-path.ts';
import { createHttpClient, type HttpAnswer } from '../http-client.ts';
import { webhookIdentifier, type SmsProvider } from '../provider.ts';
import { requestSms, smsClientError } from './sms-client-error.ts';
import { fillTemplate, type WebhookEncoding, type WebhookValues } from './webhook-template.ts';

/**
 * Text messages through any HTTP gateway, as its configuration describes the request and the yes. Unless the gateway is
 * said to send receipts, its yes is the last that is heard of a message, so it counts as delivered.
 */
export function createWebhookProvider(webhook: SmsWebhook, { connections }: { connections: number }): SmsProvider {
  const { origin, pathname, search } = new URL(webhook.url);
  const client = createHttpClient({ origin, connections, timeoutMs: webhook.timeout * 1000 });
  return {
    identifier: webhookIdentifier,
    async send({ notificationId, to, sender, content }) {
      const values: WebhookValues = { to, from: sender ?? '', content, reference: notificationId };
      const fill = (template: string, encoding: WebhookEncoding): string => fillTemplate(template, values, encoding);
      const answer = await requestSms(client, {
        method: webhook.method,
        path: fill(pathname + search, 'url'),
        headers: Object.fromEntries(
          Object.entries(webhook.headers).map(([name, value]) => [name, fill(value, 'header')]),
        ),
        body: webhook.body === null ? null : fill(webhook.body, webhook.encoding),
      });
      const problem = findProblem(answer, webhook.success);
      if (problem !== null) throw smsClientError('Invalid response JSON', problem);
      return { reference: null, verdict: webhook.receipts === null ? 'delivered' : null };
    },
    check: () => client.check(),
    close: () => client.close(),
  };
}

/** Why a 2xx answer is no yes, without repeating it; null when it is one. */
function findProblem({ status, body }: HttpAnswer, success: WebhookSuccess): string | null {
  if (success.status !== null && !success.status.includes(status)) return `status ${status} is no success`;
  const text = body.toString('utf8');
  if (success.contains !== null && !text.includes(success.contains)) return 'the answer lacks the text of a success';
  if (success.path === null) return null;
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return 'the answer is not JSON';
  }
  return valueAt(answer, success.path) === success.equals ? null : `'${success.path}' is no success`;
}
