import { describe, expect, it } from 'vitest';
import type { NotificationStatus } from '../../../src/lib/notifications/notification-status.ts';
import { firetextCodes, firetextStatuses } from '../../../src/lib/receipts/firetext-codes.ts';
import { mmgStatuses } from '../../../src/lib/receipts/mmg-codes.ts';
import {
  isUnknownFiretextCode,
  smsVerdict,
  statusByReceipt,
  type SmsReceipt,
} from '../../../src/lib/receipts/sms-receipt.ts';

function aReceipt(changes: Partial<SmsReceipt>): SmsReceipt {
  return { provider: 'mmg', reference: 'x', status: '3', detail: null, occurredAt: null, ...changes };
}

type Row = [status: string, outcome: NotificationStatus, substatus: string, reason: string];

const mmgRows: readonly Row[] = [
  ['2', 'permanent-failure', '1', 'Number does not exist'],
  ['2', 'permanent-failure', '4', 'Rejected by operator'],
  ['2', 'permanent-failure', '5', 'Unidentified Subscriber'],
  ['2', 'permanent-failure', '9', 'Undelivered'],
  ['2', 'permanent-failure', '11', 'Service for Subscriber suspended'],
  ['2', 'permanent-failure', '12', 'Illegal equipment'],
  ['2', 'permanent-failure', '2049', 'Subscriber IMSI blacklisted'],
  ['2', 'permanent-failure', '2050', 'Number blacklisted in do-not-disturb blacklist'],
  ['2', 'permanent-failure', '2052', 'Destination number blacklisted'],
  ['2', 'permanent-failure', '2053', 'Source address blacklisted'],
  ['3', 'delivered', '2', 'Delivered to operator'],
  ['3', 'delivered', '5', 'Delivered to handset'],
  ['4', 'temporary-failure', '6', 'Absent Subscriber'],
  ['4', 'temporary-failure', '8', 'Roaming not allowed'],
  ['4', 'temporary-failure', '13', 'SMS Not Supported'],
  ['4', 'temporary-failure', '15', 'Expired'],
  ['4', 'temporary-failure', '27', 'Absent Subscriber'],
  ['4', 'temporary-failure', '29', 'Invalid delivery report'],
  ['4', 'temporary-failure', '32', 'Delivery Failure'],
  ['5', 'permanent-failure', '6', 'Network out of coverage'],
  ['5', 'permanent-failure', '8', 'Incorrect number prefix'],
  ['5', 'permanent-failure', '10', 'Number on do-not-disturb service'],
  ['5', 'permanent-failure', '11', 'Sender id not registered'],
  ['5', 'permanent-failure', '13', 'Sender id blacklisted'],
  ['5', 'permanent-failure', '14', 'Destination number blacklisted'],
  ['5', 'permanent-failure', '19', 'Routing unavailable'],
  ['5', 'permanent-failure', '20', 'Rejected by anti-flooding mechanism'],
  ['5', 'permanent-failure', '21', 'System error'],
  ['5', 'permanent-failure', '23', 'Duplicate message id'],
  ['5', 'permanent-failure', '24', 'Message formatted incorrectly'],
  ['5', 'permanent-failure', '25', 'Message too long'],
  ['5', 'permanent-failure', '51', 'Missing recipient value'],
  ['5', 'permanent-failure', '52', 'Invalid destination'],
];

describe('a receipt of MMG', () => {
  it.each(mmgRows)('%s is %s, %s because: %s', (status, outcome, detail, reason) => {
    expect(smsVerdict(aReceipt({ status, detail }))).toEqual({ status: outcome, reason });
  });

  it('has no other codes than these', () => {
    const known = [...mmgStatuses].flatMap(([status, { reasons }]) => [...reasons.keys()].map((n) => `${status}/${n}`));
    expect(known.sort()).toEqual(mmgRows.map(([status, , substatus]) => `${status}/${substatus}`).sort());
  });

  it('needs no substatus, and an unknown one changes nothing', () => {
    for (const detail of [null, '', '999', 'constructor']) {
      expect(smsVerdict(aReceipt({ status: '4', detail }))).toEqual({ status: 'temporary-failure', reason: null });
    }
  });

  it('has an unknown status', () => {
    for (const status of ['0', '1', '6', '03', '3.0', 'x', 'constructor', '__proto__']) {
      expect(smsVerdict(aReceipt({ status })), status).toBeNull();
    }
  });

  it('is not refined: 5 after pending is permanent', () => {
    const receipt = aReceipt({ status: '5', detail: '6' });
    const decided = statusByReceipt(receipt, smsVerdict(receipt)!, { status: 'pending', sentBy: 'mmg' });
    expect(decided).toBe('permanent-failure');
  });
});

const firetextRows: readonly [code: string, outcome: NotificationStatus, reason: string][] = [
  ['000', 'temporary-failure', 'No error reported'],
  ['101', 'permanent-failure', 'Unknown Subscriber'],
  ['102', 'temporary-failure', 'Absent Subscriber'],
  ['103', 'temporary-failure', 'Subscriber Busy'],
  ['104', 'temporary-failure', 'No Subscriber Memory'],
  ['201', 'permanent-failure', 'Invalid Number'],
  ['301', 'permanent-failure', 'SMS Not Supported'],
  ['302', 'temporary-failure', 'SMS Not Supported'],
  ['401', 'permanent-failure', 'Message Rejected'],
  ['900', 'temporary-failure', 'Routing Error'],
];

function firetext(
  status: string,
  detail: string | null,
  before: NotificationStatus = 'sending',
  sentBy: string | null = 'firetext',
): NotificationStatus {
  const receipt = aReceipt({ provider: 'firetext', status, detail });
  return statusByReceipt(receipt, smsVerdict(receipt)!, { status: before, sentBy });
}

describe('a receipt of Firetext', () => {
  it.each(firetextRows)('1 with code %s is %s: %s', (code, outcome, reason) => {
    for (const before of ['created', 'sending', 'pending', 'sent'] as const) {
      expect(firetext('1', code, before), before).toBe(outcome);
    }
    expect(smsVerdict(aReceipt({ provider: 'firetext', status: '1', detail: code }))?.reason).toBe(reason);
  });

  it('has no other codes and statuses than these', () => {
    expect([...firetextCodes.keys()]).toEqual(firetextRows.map(([code]) => code));
    expect([...firetextStatuses]).toEqual([
      ['0', 'delivered'],
      ['1', 'permanent-failure'],
      ['2', 'pending'],
    ]);
    for (const status of ['3', '00', '', 'constructor']) {
      expect(smsVerdict(aReceipt({ provider: 'firetext', status })), status).toBeNull();
    }
  });

  it.each([null, '', '789', 'constructor'])('1 with code %j is temporary after pending only', (code) => {
    expect(firetext('1', code, 'pending')).toBe('temporary-failure');
    for (const before of ['created', 'sending', 'sent'] as const) {
      expect(firetext('1', code, before), before).toBe('permanent-failure');
    }
  });

  it.each([null, '000', '101', '789'])('0 and 2 are what they are, whatever the code (%j)', (code) => {
    for (const before of ['sending', 'pending'] as const) {
      expect(firetext('0', code, before)).toBe('delivered');
      expect(firetext('2', code, before)).toBe('pending');
    }
  });

  it('about a text that another provider was given is taken at its word', () => {
    expect(firetext('1', '102', 'pending', 'mmg')).toBe('permanent-failure');
    expect(firetext('1', '102', 'pending', null)).toBe('temporary-failure');
  });

  it('has a code that is worth a warning only when it failed with one that nobody knows', () => {
    const isUnknown = (status: string, detail: string | null): boolean =>
      isUnknownFiretextCode(aReceipt({ provider: 'firetext', status, detail }));
    expect(isUnknown('1', '789')).toBe(true);
    for (const [status, detail] of [
      ['1', '101'],
      ['1', null],
      ['1', ''],
      ['2', '789'],
      ['0', '789'],
    ] as const) {
      expect(isUnknown(status, detail), `${status}/${detail}`).toBe(false);
    }
    expect(isUnknownFiretextCode(aReceipt({ status: '1', detail: '789' }))).toBe(false);
  });
});
