/** What a receipt of a gateway can say. */
export const gatewayStatuses = ['delivered', 'pending', 'temporary-failure', 'permanent-failure'] as const;

export type GatewayStatus = (typeof gatewayStatuses)[number];

export function isGatewayStatus(text: string): text is GatewayStatus {
  return (gatewayStatuses as readonly string[]).includes(text);
}

/** How a gateway posts receipts to `/notifications/sms/gateway`. */
export interface SmsWebhookReceipts {
  /** Any of which it shows. */
  readonly secrets: readonly string[];
  /** The header that holds the secret, in lower case; in `authorization` it is a Bearer token or the password of Basic. */
  readonly header: string;
  /** Where our reference stands: a field of a form, or a path in JSON such as `results.0.id`. */
  readonly reference: string;
  /** Where its code stands. */
  readonly status: string;
  /** Its codes. */
  readonly statuses: ReadonlyMap<string, GatewayStatus>;
}

export const smsWebhookReceiptsShape =
  '{"secrets", "header", "reference", "status", "statuses": {"delivered", "pending", "temporary-failure", "permanent-failure"}}';

const knownKeys = ['secrets', 'header', 'reference', 'status', 'statuses'];

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads `receipts` of NOTIFY_SMS_WEBHOOK; false or nothing = the gateway posts none.
 *
 * @throws Error saying what was expected
 */
export function readWebhookReceipts(value: unknown): SmsWebhookReceipts | null {
  if (value === undefined || value === null || value === false) return null;
  if (!isObject(value)) throw new Error(`expected receipts to be false or ${smsWebhookReceiptsShape}`);
  assertKnown(value, knownKeys, 'receipts');
  const header = readText(value, 'header', 'authorization').toLowerCase();
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(header)) throw new Error('expected receipts.header to be the name of a header');
  return {
    secrets: readSecrets(value['secrets']),
    header,
    reference: readText(value, 'reference', 'reference'),
    status: readText(value, 'status', 'status'),
    statuses: readStatuses(value['statuses']),
  };
}

function readSecrets(value: unknown): readonly string[] {
  const secrets: unknown[] = Array.isArray(value) ? value : [];
  const isText = (text: unknown): text is string => typeof text === 'string' && text !== '';
  if (secrets.length > 0 && secrets.every(isText)) return secrets;
  throw new Error('expected receipts.secrets to be a list of texts, with at least one');
}

function readStatuses(value: unknown): ReadonlyMap<string, GatewayStatus> {
  if (!isObject(value)) throw new Error('expected receipts.statuses to be an object of status to a list of codes');
  assertKnown(value, gatewayStatuses, 'receipts.statuses');
  const statuses = new Map<string, GatewayStatus>();
  for (const status of gatewayStatuses) {
    for (const code of readCodes(value[status], status)) {
      if (statuses.has(code)) throw new Error(`expected '${code}' once in receipts.statuses`);
      statuses.set(code, status);
    }
  }
  if (![...statuses.values()].includes('delivered'))
    throw new Error('expected receipts.statuses.delivered to have a code');
  return statuses;
}

function readCodes(value: unknown, status: GatewayStatus): readonly string[] {
  const codes: unknown = value ?? [];
  const isCode = (code: unknown): code is string | number => typeof code === 'string' || typeof code === 'number';
  if (Array.isArray(codes) && codes.every(isCode)) return codes.map(String);
  throw new Error(`expected receipts.statuses.${status} to be a list of texts and numbers`);
}

function readText(fields: Fields, name: string, byDefault: string): string {
  const value = fields[name] ?? byDefault;
  if (typeof value !== 'string' || value === '') throw new Error(`expected receipts.${name} to be a text`);
  return value;
}

function assertKnown(fields: Fields, known: readonly string[], place: string): void {
  const unknown = Object.keys(fields).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`expected no key '${unknown}' in ${place}; known are ${known.join(', ')}`);
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
