import { beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../src/lib/core/errors.ts';
import type { ReceiptMoves } from '../../src/lib/receipts/receipt-moves.ts';
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
import { queuesToBeEmpty, storedJobs, type StoredJob } from '../support/queue-probe.ts';
import { useTestApp } from '../support/test-app.ts';
import { createSignal } from '../support/wait.ts';

const app = useTestApp({ supervise: true });
const request = { requestId: 'trace-1' };
let sender: ReceiptSender;

beforeAll(async () => {
  sender = await aReceiptSender(app);
});

const aText = (row = {}): Promise<string> => aSentMessage(app, sender.sms, { sentBy: 'firetext', ...row });

function receipt(reference: string, status: string, detail: string | null = null): SmsReceipt {
  return { provider: 'firetext', reference, status, detail, occurredAt: null };
}

function receive(reference: string, ...receipts: [status: string, detail?: string][]): Promise<void[]> {
  return Promise.all(
    receipts.map(([status, detail]) => receiveSmsReceipt(app, receipt(reference, status, detail), request)),
  );
}

async function receiptJobs(id: string): Promise<StoredJob[]> {
  return (await storedJobs(app.db)).filter(({ queue, subject }) => queue === 'sms-callbacks' && subject.startsWith(id));
}

/** Works until no receipt waits; nobody works otherwise. */
async function work(): Promise<void> {
  const worker = await app.runWorkers(['sms-callbacks', 'retry']);
  await receiptsToBeRecorded(app.db);
  await worker.stop(10_000);
}

describe('a receipt is applied when it is answered', () => {
  it('with the callback, and without a job', async () => {
    const id = await aText();
    await receive(id, ['0']);
    expect(await messageOf(app, id)).toMatchObject({ status: 'delivered' });
    expect(await callbacksAbout(app, id)).toMatchObject([{ id, status: 'delivered' }]);
    expect(await receiptJobs(id)).toEqual([]);
  });

  it.each<[name: string, receipts: [status: string, detail?: string][], outcome: string, told: string[]]>([
    ['the same twice', [['0'], ['0']], 'delivered', ['delivered']],
    ['delivered, then failed', [['0'], ['1', '101']], 'delivered', ['delivered']],
    ['failed, then delivered', [['1', '101'], ['0']], 'permanent-failure', ['permanent-failure']],
    ['pending, then failed', [['2'], ['1']], 'temporary-failure', ['temporary-failure']],
    ['failed, then pending', [['1'], ['2']], 'permanent-failure', ['permanent-failure']],
    ['pending, again and again', [['2'], ['2'], ['2']], 'pending', []],
    ['pending, delivered, pending', [['2'], ['0'], ['2']], 'delivered', ['delivered']],
  ])('in the order of their coming when several come together: %s', async (_name, receipts, outcome, told) => {
    const ids = await Promise.all(Array.from({ length: 5 }, () => aText()));
    await Promise.all(ids.map((id) => receive(id, ...receipts)));
    for (const id of ids) {
      expect(await messageOf(app, id)).toMatchObject({ status: outcome });
      expect(await callbacksAbout(app, id)).toMatchObject(told.map((status) => ({ id, status })));
    }
  });

  it('also when the sending is not recorded yet', async () => {
    const id = await aText({ status: 'created', sentBy: null });
    await receive(id, ['0']);
    expect(await messageOf(app, id)).toMatchObject({ status: 'delivered', sentBy: 'firetext' });
  });

  it('and those of hundreds of messages share transactions', async () => {
    const ids = await Promise.all(Array.from({ length: 300 }, () => aText()));
    const transactions = `SELECT count(DISTINCT xmin::text)::int AS count FROM notifications WHERE id = ANY($1::uuid[])`;
    await Promise.all(ids.map((id) => receive(id, ['0'])));
    const { rows } = await app.db.query<{ count: number }>({ text: transactions, values: [ids] });
    expect(rows[0]!.count).toBeLessThan(30);
  });
});

describe('a receipt that cannot be applied at once is queued', () => {
  it('when the database refuses it; its neighbours are applied', async () => {
    const [bad, ...good] = await Promise.all(Array.from({ length: 6 }, () => aText()));
    await app.db.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'refused'; END $$`);
    await app.db.query(`CREATE TRIGGER refuse BEFORE UPDATE ON notifications FOR EACH ROW
      WHEN (OLD.id = '${bad!}') EXECUTE FUNCTION refuse()`);
    await Promise.all([bad!, ...good].map((id) => receive(id, ['0'])));
    for (const id of good) expect(await messageOf(app, id)).toMatchObject({ status: 'delivered' });
    expect(await messageOf(app, bad!)).toMatchObject({ status: 'sending' });
    expect(await receiptJobs(bad!)).toMatchObject([
      { state: 'created', args: receipt(bad!, '0'), requestId: 'trace-1' },
    ]);

    await app.db.query('DROP FUNCTION refuse CASCADE');
    await work();
    expect(await messageOf(app, bad!)).toMatchObject({ status: 'delivered' });
    expect(await callbacksAbout(app, bad!)).toHaveLength(1);
  });

  it('once, however often it comes; another about the same text is another job', async () => {
    const id = await aText();
    const deps = { ...app, receiptMoves: { ...refusing, waiting: 1000 } };
    for (const status of ['2', '2', '1', '2']) await receiveSmsReceipt(deps, receipt(id, status), request);
    expect((await receiptJobs(id)).map(({ args }) => args)).toMatchObject([{ status: '2' }, { status: '1' }]);
    await work();
  });

  it('when somebody holds its row for long; it counts once, whoever applies it in the end', async () => {
    const id = await aText();
    const locked = createSignal();
    const letGo = createSignal();
    const holding = app.db.transaction(async (tx) => {
      await tx.query({ text: 'SELECT FROM notifications WHERE id = $1 FOR UPDATE', values: [id] });
      locked.resolve();
      await letGo.promise;
    });
    await locked.promise;
    await receive(id, ['0']);
    expect(await receiptJobs(id)).toMatchObject([{ state: 'created' }]);
    letGo.resolve();
    await holding;
    await work();
    expect(await messageOf(app, id)).toMatchObject({ status: 'delivered' });
    expect(await callbacksAbout(app, id)).toHaveLength(1);
  });

  it('and is not taken when that fails, too: the provider posts it again', async () => {
    const id = await aText();
    const error = new AppError('DATABASE_UNAVAILABLE', 'The database does not answer');
    const deps = { ...app, receiptMoves: refusing, enqueuer: { add: () => Promise.reject(error) } };
    await expect(receiveSmsReceipt(deps, receipt(id, '0'), request)).rejects.toBe(error);
    await receive(id, ['0']);
    expect(await messageOf(app, id)).toMatchObject({ status: 'delivered' });
  });
});

const refusing: ReceiptMoves = { waiting: 0, apply: () => Promise.reject(new Error('no')) };

it('what could not be applied takes little room in the queue, whatever is in it', async () => {
  await app.db.query(`DELETE FROM pgboss.job WHERE name = 'sms-callbacks'`);
  const { readMmgReceipt } = await import('../../src/lib/receipts/read-sms-receipt.ts');
  const long = `${'x'.repeat(199)}📩${'x'.repeat(50_000)}`;
  const read = readMmgReceipt(JSON.stringify({ CID: long, status: long, substatus: long, deliverytime: long }));
  await receiveSmsReceipt({ ...app, receiptMoves: { ...refusing, waiting: 1000 } }, read, request);
  const [job] = (await storedJobs(app.db)).filter(({ queue }) => queue === 'sms-callbacks');
  expect(JSON.stringify(job).length).toBeLessThan(2000);
  await app.db.query(`DELETE FROM pgboss.job WHERE name = 'sms-callbacks'`);
  await app.db.query(`DELETE FROM pgboss.job WHERE name = 'service-callbacks'`);
  await queuesToBeEmpty(app.db);
});
