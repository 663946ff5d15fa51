import { isGatewayStatus, type SmsWebhookReceipts } from '../config/sms-webhook-receipts.ts';
import { AppError } from '../core/errors.ts';
import { valueAt } from '../core/json-path.ts';
import { parseJson } from '../core/json.ts';
import { providerText } from '../core/provider-text.ts';
import type { SmsReceipt } from './sms-receipt.ts';

/** What is longer than any id or code is not worth keeping. */
const longestField = 200;

/**
 * Reads what a gateway posts, JSON or a form, by its configuration. What begins with a brace or a bracket is JSON: a
 * content type is never looked at. A code that is not configured stays as it is, and ends the message as
 * `technical-failure`, like the unknown codes of other providers.
 *
 * @throws AppError REQUEST_INVALID; `details.messages` in the manner of the delivery sheet's §6.1
 */
export function readGatewayReceipt(
  body: string,
  { reference, status, statuses }: Pick<SmsWebhookReceipts, 'reference' | 'status' | 'statuses'>,
): SmsReceipt {
  const field = /^\s*[{[]/.test(body) ? jsonFields(body) : formFields(body);
  const missing = [...new Set([status, reference])].filter((path) => field(path) === '');
  if (missing.length > 0) throw problem(missing.map((path) => `${path} missing`));
  const code = field(status);
  return {
    provider: 'webhook',
    reference: field(reference),
    // Our own words mean nothing unless they are configured.
    status: statuses.get(code) ?? (isGatewayStatus(code) ? `'${code}'` : code),
    detail: null,
    occurredAt: null,
  };
}

function jsonFields(body: string): (path: string) => string {
  try {
    const document = parseJson(body);
    return (path) => shorten(valueAt(document, path));
  } catch (error) {
    throw problem(['invalid json'], error);
  }
}

function formFields(body: string): (name: string) => string {
  const form = new URLSearchParams(body);
  return (name) => shorten(form.get(name));
}

function shorten(value: unknown): string {
  return providerText(value).slice(0, longestField).toWellFormed();
}

function problem(problems: readonly string[], cause?: unknown): AppError {
  const messages = problems.map((text) => `Gateway callback failed: ${text}`);
  return new AppError('REQUEST_INVALID', messages.join('; '), { cause, details: { messages } });
}
