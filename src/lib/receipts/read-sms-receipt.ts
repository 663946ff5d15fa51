import { AppError } from '../core/errors.ts';
import { isJsonObject, parseJson, type JsonObject, type JsonValue } from '../core/json.ts';
import { providerText } from '../core/provider-text.ts';
import { smsProviderNames, type SmsReceipt, type SmsReceiptProvider } from './sms-receipt.ts';

/** Anybody may post where no password is configured: what is longer than any id, code or time is not worth keeping. */
const longestField = 200;

/**
 * Reads what MMG posts about a text message (delivery sheet §6.1).
 *
 * @throws AppError REQUEST_INVALID; `details.messages` are the sheet's
 */
export function readMmgReceipt(body: string): SmsReceipt {
  let value: JsonValue;
  try {
    value = parseJson(body);
  } catch (error) {
    throw receiptProblem('mmg', ['invalid json'], error);
  }
  if (!isJsonObject(value)) throw receiptProblem('mmg', ['invalid json']);
  const fields: JsonObject = value;
  return receiptOf('mmg', (name) => providerText(fields[name]), {
    reference: 'CID',
    detail: 'substatus',
    time: 'deliverytime',
  });
}

/**
 * Reads what Firetext posts about a text message; of a field that is given twice the first counts.
 *
 * @throws AppError REQUEST_INVALID; `details.messages` are the sheet's
 */
export function readFiretextReceipt(body: string): SmsReceipt {
  const form = new URLSearchParams(body);
  return receiptOf('firetext', (name) => providerText(form.get(name)), {
    reference: 'reference',
    detail: 'code',
    time: 'time',
  });
}

function receiptOf(
  provider: SmsReceiptProvider,
  field: (name: string) => string,
  names: { readonly reference: string; readonly detail: string; readonly time: string },
): SmsReceipt {
  const missing = ['status', names.reference].filter((name) => field(name) === '');
  if (missing.length > 0)
    throw receiptProblem(
      provider,
      missing.map((name) => `${name} missing`),
    );
  const kept = (name: string): string => field(name).slice(0, longestField).toWellFormed();
  return {
    provider,
    reference: kept(names.reference),
    status: kept('status'),
    detail: kept(names.detail) || null,
    occurredAt: kept(names.time) || null,
  };
}

function receiptProblem(provider: SmsReceiptProvider, problems: readonly string[], cause?: unknown): AppError {
  const messages = problems.map((problem) => `${smsProviderNames[provider]} callback failed: ${problem}`);
  return new AppError('REQUEST_INVALID', messages.join('; '), { cause, details: { messages } });
}
