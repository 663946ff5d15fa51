import type { Ids } from '../../core/ids.ts';
import type { Verdict } from '../provider.ts';
import type { StubProvider } from './stub-scenario.ts';

/** A message as the stub understood it. */
export interface StubMessage {
  /** Under which its receipt comes; null = the provider sends none. */
  readonly reference: string | null;
  readonly to: string;
}

/** An answer, or the body of a receipt. */
export interface StubContent {
  readonly type: string;
  readonly body: string;
  /** What it is sent with, beside its type. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface StubAnswer extends StubContent {
  readonly status: number;
}

/** How one provider is spoken to. */
export interface StubProtocol {
  /** `message` of a request's body; the answer's reference, where the provider makes one, is `id`. */
  readMessage(body: string, id: string): StubMessage;
  accept(id: string): StubContent;
  refuse(): StubAnswer;
  throttle(): StubAnswer;
  /** 200 with JSON that does not say what counts. */
  incomplete: string;
  /** Path of receipts below the base URL. */
  receiptPath: string;
  receipt(message: StubMessage & { reference: string }, verdict: Verdict, context: ReceiptContext): StubContent;
  /** A body at the place of a receipt that nobody can read. */
  garbageReceipt: string;
}

export interface ReceiptContext {
  readonly at: Date;
  readonly ids: Ids;
}

const json = 'application/json';
const form = 'application/x-www-form-urlencoded';

const mmgStatus: Readonly<Record<Verdict, readonly [status: string, substatus: string]>> = {
  delivered: ['3', '5'],
  'temporary-failure': ['4', '6'],
  'permanent-failure': ['2', '1'],
};
const firetextStatus: Readonly<Record<Verdict, readonly [status: string, code: string]>> = {
  delivered: ['0', '000'],
  'temporary-failure': ['1', '102'],
  'permanent-failure': ['1', '101'],
};

const gatewaySecret = 'stub';
const gatewayCodes: Readonly<Record<Verdict, string>> = {
  delivered: 'DELIVRD',
  'temporary-failure': 'EXPIRED',
  'permanent-failure': 'UNDELIV',
};

/** The wire formats of the providers (delivery sheet §5 and §6). */
export const stubProtocols: Readonly<Record<StubProvider, StubProtocol>> = {
  mmg: {
    readMessage(body) {
      const { cid, MSISDN } = readJson(body);
      return { reference: textOrNull(cid), to: textOrNull(MSISDN) ?? '' };
    },
    accept: (id) => ({ type: json, body: JSON.stringify({ Reference: Number.parseInt(id.slice(-8), 16) }) }),
    refuse: () => ({ status: 400, type: json, body: '{"Error":"Invalid request"}' }),
    throttle: () => ({ status: 429, type: json, body: '{"Error":"Too many requests"}' }),
    incomplete: '{}',
    receiptPath: '/notifications/sms/mmg',
    receipt({ reference, to }, verdict, { at }) {
      const [status, substatus] = mmgStatus[verdict];
      const receipt = { status, substatus, CID: reference, MSISDN: to, deliverytime: withOffset(at) };
      return { type: json, body: JSON.stringify(receipt) };
    },
    garbageReceipt: '{"CID": ',
  },
  firetext: {
    readMessage(body) {
      const fields = new URLSearchParams(body);
      return { reference: fields.get('reference'), to: fields.get('to') ?? '' };
    },
    accept: () => ({ type: json, body: '{"description":"SMS successfully queued","code":0}' }),
    refuse: () => ({ status: 200, type: json, body: '{"description":"Authentication failed","code":1}' }),
    throttle: () => ({ status: 429, type: json, body: '{"description":"Too many requests","code":9}' }),
    incomplete: '{"description":"SMS successfully queued"}',
    receiptPath: '/notifications/sms/firetext',
    receipt({ reference, to }, verdict, { at }) {
      const [status, code] = firetextStatus[verdict];
      const fields = { status, code, reference, mobile: to, time: withOffset(at) };
      return { type: form, body: new URLSearchParams(fields).toString() };
    },
    garbageReceipt: 'status=%zz&=&code',
  },
  ses: {
    readMessage(body, id) {
      // What asks for an id only (SES_STUB_URL) is a form, and its receipt has no address.
      if (!body.startsWith('{')) return { reference: id, to: '' };
      const { Destination } = readJson(body) as { Destination?: { ToAddresses?: unknown[] } };
      return { reference: id, to: textOrNull(Destination?.ToAddresses?.[0]) ?? '' };
    },
    accept: (id) => ({ type: json, body: JSON.stringify({ MessageId: id }) }),
    refuse: () => ({ status: 400, type: json, body: sesError('BadRequestException', 'Invalid parameter') }),
    throttle: () => ({ status: 429, type: json, body: sesError('TooManyRequestsException', 'Too many requests') }),
    incomplete: '{}',
    receiptPath: '/notifications/email/ses',
    receipt(message, verdict, context) {
      return { type: 'text/plain; charset=UTF-8', body: snsEnvelope(sesEvent(message, verdict, context.at), context) };
    },
    garbageReceipt: '{"Type": ',
  },
  webhook: {
    readMessage(body) {
      const { reference, to } = readJson(body);
      return { reference: textOrNull(reference), to: textOrNull(to) ?? '' };
    },
    accept: (id) => ({ type: json, body: JSON.stringify({ result: 'ok', id }) }),
    refuse: () => ({ status: 400, type: json, body: '{"result":"refused"}' }),
    throttle: () => ({ status: 429, type: json, body: '{"result":"throttled"}' }),
    incomplete: '{}',
    receiptPath: '/notifications/sms/gateway',
    receipt: ({ reference }, verdict) => ({
      type: json,
      body: JSON.stringify({ reference, status: gatewayCodes[verdict] }),
      headers: { authorization: `Bearer ${gatewaySecret}` },
    }),
    garbageReceipt: '{"reference": ',
  },
};

/** The value of NOTIFY_SMS_WEBHOOK that fits the stub at `url`. */
export function stubGateway(url: string): object {
  return {
    url: `${url}/webhook`,
    body: { to: '((to))', from: '((from))', text: '((content))', reference: '((reference))' },
    success: { path: 'result', equals: 'ok' },
    receipts: {
      secrets: [gatewaySecret],
      statuses: Object.fromEntries(Object.entries(gatewayCodes).map(([verdict, code]) => [verdict, [code]])),
    },
  };
}

function sesEvent({ reference, to }: { reference: string; to: string }, verdict: Verdict, at: Date): object {
  const timestamp = at.toISOString();
  const mail = { timestamp, messageId: reference, destination: [to] };
  if (verdict === 'delivered') return { notificationType: 'Delivery', mail, delivery: { timestamp, recipients: [to] } };
  const bounceType = verdict === 'permanent-failure' ? 'Permanent' : 'Transient';
  return { notificationType: 'Bounce', mail, bounce: { bounceType, bounceSubType: 'General', timestamp } };
}

/** Unsigned: for servers that are told not to verify. */
function snsEnvelope(event: object, { at, ids }: ReceiptContext): string {
  return JSON.stringify({
    Type: 'Notification',
    MessageId: ids.uuid(),
    TopicArn: 'arn:aws:sns:eu-west-1:000000000000:stub',
    Message: JSON.stringify(event),
    Timestamp: at.toISOString(),
  });
}

function sesError(type: string, message: string): string {
  return JSON.stringify({ __type: type, message });
}

/** Providers give times without a zone; with one, everybody reads the same. */
function withOffset(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')}+0000`;
}

function readJson(body: string): Record<string, unknown> {
  try {
    const value = JSON.parse(body) as unknown;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
