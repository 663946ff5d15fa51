import { readWebhookReceipts, smsWebhookReceiptsShape, type SmsWebhookReceipts } from './sms-webhook-receipts.ts';
import { fillTemplate, unknownPlaceholders, type WebhookEncoding } from '../providers/sms/webhook-template.ts';

/** What says that a gateway took a message; every part that is given must hold. */
export interface WebhookSuccess {
  /** Null = any 2xx; others are never a success. */
  readonly status: readonly number[] | null;
  /** Where in the JSON answer `equals` stands, e.g. `result.code`; null = nobody looks. */
  readonly path: string | null;
  readonly equals: string | number | boolean | null;
  /** A text in the answer. */
  readonly contains: string | null;
}

/** How texts are handed to an HTTP gateway. */
export interface SmsWebhook {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** How values are written into the body. */
  readonly encoding: WebhookEncoding;
  readonly success: WebhookSuccess;
  /** How the gateway posts receipts; null = it posts none, and its yes counts as delivered. */
  readonly receipts: SmsWebhookReceipts | null;
  readonly international: boolean;
  /** Seconds. */
  readonly timeout: number;
}

export const smsWebhookShape = `{"url", "method", "headers", "body", "success": {"status", "path", "equals", "contains"}, "receipts": ${smsWebhookReceiptsShape}, "international", "timeout"}`;

const knownKeys = ['url', 'method', 'headers', 'body', 'success', 'receipts', 'international', 'timeout'];
const knownSuccessKeys = ['status', 'path', 'equals', 'contains'];
const methods = ['POST', 'GET', 'PUT', 'PATCH'] as const;
const longestTimeout = 60;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads NOTIFY_SMS_WEBHOOK. A body is a text, or JSON whose texts hold placeholders.
 *
 * @throws Error saying what was expected
 */
export function readSmsWebhook(value: unknown): SmsWebhook {
  const webhook = readObject(value, 'a JSON object', knownKeys);
  const method = methods.find((known) => known === (webhook['method'] ?? 'POST'));
  if (method === undefined) throw new Error(`expected method to be one of ${methods.join(', ')}`);
  const headers = readHeaders(webhook['headers'] ?? {});
  const { body, encoding, contentType } = readBody(webhook['body'] ?? null, headers, method);
  const timeout = webhook['timeout'] ?? 10;
  if (typeof timeout !== 'number' || !(timeout > 0 && timeout <= longestTimeout))
    throw new Error(`expected timeout to be a number of seconds up to ${longestTimeout}`);
  return {
    method,
    url: readUrl(webhook['url']),
    headers: contentType === null ? headers : { ...headers, 'content-type': contentType },
    body,
    encoding,
    success: readSuccess(webhook['success'] ?? {}),
    receipts: readWebhookReceipts(webhook['receipts']),
    international: readBoolean(webhook, 'international', true),
    timeout,
  };
}

function readUrl(value: unknown): string {
  const template = readTemplate(value, 'url');
  const url = URL.parse(template);
  const isWeb = url !== null && ['http:', 'https:'].includes(url.protocol);
  // Who chooses a recipient or a text must not choose where it goes.
  if (!isWeb || url.username || url.password || url.hash || /\(\(|%28/i.test(url.host))
    throw new Error('expected url to begin with http:// or https://, with a fixed host, without user and fragment');
  return template;
}

function readHeaders(value: unknown): Record<string, string> {
  const headers = readObject(value, 'headers to be an object of texts');
  for (const [name, text] of Object.entries(headers)) {
    readTemplate(text, `header ${name}`);
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || !/^[ -~]*$/.test(text as string))
      throw new Error(`expected header ${name} to have a valid name and a value in printable ASCII`);
  }
  return headers as Record<string, string>;
}

function readBody(
  value: unknown,
  headers: Readonly<Record<string, string>>,
  method: SmsWebhook['method'],
): { body: string | null; encoding: WebhookEncoding; contentType: string | null } {
  if (value === null) return { body: null, encoding: 'text', contentType: null };
  if (method === 'GET') throw new Error('expected no body with method GET');
  const given = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  if (typeof value === 'object') {
    const body = readTemplate(JSON.stringify(value), 'body');
    return { body, encoding: 'json', contentType: given === undefined ? 'application/json' : null };
  }
  const body = readTemplate(value, 'body');
  if (given === undefined) throw new Error('expected a content-type header for a body that is a text');
  const encoding = encodingOf(given);
  if (encoding === 'json') assertJson(body);
  return { body, encoding, contentType: null };
}

function encodingOf(contentType: string): WebhookEncoding {
  const type = contentType.split(';')[0]!.trim().toLowerCase();
  if (/[/+]json$/.test(type)) return 'json';
  if (/[/+]xml$/.test(type)) return 'xml';
  return type === 'application/x-www-form-urlencoded' ? 'form' : 'text';
}

/** Placeholders belong between quotation marks, where values are escaped for. */
function assertJson(body: string): void {
  const tricky = '"}\n';
  try {
    JSON.parse(fillTemplate(body, { to: tricky, from: tricky, content: tricky, reference: tricky }, 'json'));
  } catch {
    throw new Error('expected body to be JSON whose placeholders stand between quotation marks');
  }
}

function readSuccess(value: unknown): WebhookSuccess {
  const success = readObject(value, 'success to be an object', knownSuccessKeys);
  const { status = null, path = null, equals, contains = null } = success;
  const isStatusList =
    status === null ||
    (Array.isArray(status) &&
      status.length > 0 &&
      status.every((code) => Number.isInteger(code) && code >= 200 && code <= 299));
  if (!isStatusList) throw new Error('expected success.status to be a list of statuses from 200 to 299');
  if (path !== null && (typeof path !== 'string' || path === '')) throw new Error('expected success.path to be a text');
  if ((path === null) !== (equals === undefined))
    throw new Error('expected success.path and success.equals to be given together');
  if (typeof equals === 'object' && equals !== null)
    throw new Error('expected success.equals to be a text, a number, true, false or null');
  if (contains !== null && (typeof contains !== 'string' || contains === ''))
    throw new Error('expected success.contains to be a text');
  return { status, path, equals: (equals ?? null) as WebhookSuccess['equals'], contains };
}

function readBoolean(webhook: Fields, name: string, byDefault: boolean): boolean {
  const value = webhook[name] ?? byDefault;
  if (typeof value !== 'boolean') throw new Error(`expected ${name} to be true or false`);
  return value;
}

function readTemplate(value: unknown, name: string): string {
  if (typeof value !== 'string' || value === '') throw new Error(`expected ${name} to be a text`);
  const [unknown] = unknownPlaceholders(value);
  if (unknown === undefined) return value;
  throw new Error(
    `expected the placeholders ((to)), ((from)), ((content)) and ((reference)) only; ${name} has ((${unknown}))`,
  );
}

function readObject(value: unknown, what: string, keys?: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`expected ${what}`);
  const unknown = keys === undefined ? undefined : Object.keys(value).find((name) => !keys.includes(name));
  if (unknown !== undefined) throw new Error(`expected no key '${unknown}'; known are ${keys!.join(', ')}`);
  return value as Fields;
}
