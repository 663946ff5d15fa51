/** Two receipts of Firetext about one text that arrive at once (delivery sheet §6.1): which came first decides. */
import { beforeAll, expect, it } from 'vitest';
import { enqueueSmsReceipt } from '../../src/lib/receipts/enqueue-receipt.ts';
import { receiveSmsReceipt } from '../../src/lib/receipts/receive-sms-receipt.ts';
import type { SmsReceipt } from '../../src/lib/receipts/sms-receipt.ts';
import {
  aReceiptSender,
  aSentMessage,
  callbacksAbout,
  messageOf,
  receiptsToBeRecorded,
  type ReceiptSender,
} from '../server/receipt-rows.ts';
import { createTestClock } from '../server/test-clock.ts';
import { useTestApp } from '../support/test-app.ts';

const app = useTestApp({ clock: createTestClock('2026-03-10T12:00:00Z'), supervise: true });
const request = { requestId: 'a-request' };
const texts = 20;
let sender: ReceiptSender;

beforeAll(async () => {
  sender = await aReceiptSender(app);
});

const pending = { status: '2', detail: null };
const failed = { status: '1', detail: null };

/** What is told first, what is told with it, and how the text ends. */
const cases = [
  ['pending, then failed', [pending, failed], 'temporary-failure'],
  ['failed, then pending', [failed, pending], 'permanent-failure'],
  ['pending, then failed for good', [pending, { ...failed, detail: '101' }], 'permanent-failure'],
  ['failed for good, then pending', [{ ...failed, detail: '101' }, pending], 'permanent-failure'],
  ['pending, then absent', [pending, { ...failed, detail: '102' }], 'temporary-failure'],
  ['absent, then pending', [{ ...failed, detail: '102' }, pending], 'temporary-failure'],
  ['pending, then delivered', [pending, { status: '0', detail: null }], 'delivered'],
  ['delivered, then pending', [{ status: '0', detail: null }, pending], 'delivered'],
] as const;

/** Texts that were handed to Firetext, with the receipts of each. */
async function someTexts(told: readonly Pick<SmsReceipt, 'status' | 'detail'>[]): Promise<Map<string, SmsReceipt[]>> {
  const ids = await Promise.all(
    Array.from({ length: texts }, () => aSentMessage(app, sender.sms, { sentBy: 'firetext' })),
  );
  return new Map(
    ids.map((reference) => [
      reference,
      told.map((one) => ({ ...one, provider: 'firetext' as const, reference, occurredAt: null })),
    ]),
  );
}

async function expectEnding(ids: Iterable<string>, status: string): Promise<void> {
  for (const id of ids) {
    expect(await messageOf(app, id)).toMatchObject({ status });
    // Nobody is told of pending.
    expect(await callbacksAbout(app, id)).toHaveLength(1);
  }
}

it.each(cases)('receipts at once: %s', async (_name, told, status) => {
  const receipts = await someTexts(told);
  await Promise.all([...receipts.values()].flat().map((receipt) => receiveSmsReceipt(app, receipt, request)));
  await expectEnding(receipts.keys(), status);
});

it('receipts that have to wait for a worker are applied in the order in which they came', async () => {
  const expected: [Map<string, SmsReceipt[]>, string][] = [];
  for (const [, told, status] of cases) expected.push([await someTexts(told), status]);
  const all = expected.flatMap(([receipts]) => [...receipts.values()].flat());
  for (const receipt of all) await enqueueSmsReceipt(app, receipt, request);
  await app.runWorkers(['sms-callbacks']);
  await receiptsToBeRecorded(app.db);
  for (const [receipts, status] of expected) await expectEnding(receipts.keys(), status);
});
