import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deliverEmail, deliverEmailTask } from '../../src/lib/notifications/deliver-email.ts';
import { deliverSms, deliverSmsTask } from '../../src/lib/notifications/deliver-sms.ts';
import type { NotificationStatus } from '../../src/lib/notifications/notification-status.ts';
import type { EmailMessage, SmsMessage } from '../../src/lib/providers/provider.ts';
import { recordReceipt, type ReceiptOutcome } from '../../src/lib/receipts/record-receipt.ts';
import { createTestClock } from '../server/test-clock.ts';
import { createLogCapture } from '../support/log-capture.ts';
import { useTestApp } from '../support/test-app.ts';
import { createSignal } from '../support/wait.ts';
import {
  accept,
  aSender,
  eventsOf,
  liveJobs,
  read,
  useFakeEmailProvider,
  useFakeSmsProvider,
  type FakeProvider,
  type Sender,
} from './delivery.ts';

const clock = createTestClock('2026-03-10T12:00:00Z');
const capture = createLogCapture();
const app = useTestApp({ clock, logger: capture.logger });
const context = { requestId: null };
let sender: Sender;
let sms: FakeProvider<SmsMessage>;
let email: FakeProvider<EmailMessage>;

beforeAll(async () => {
  sender = await aSender(app);
  sms = await useFakeSmsProvider(app);
  email = await useFakeEmailProvider(app);
});

beforeEach(() => {
  const taken = { reference: null, verdict: null };
  sms.messages.length = 0;
  sms.answer = () => taken;
  email.messages.length = 0;
  email.answer = () => ({ ...taken, reference: 'ses-reference' });
});

type Type = 'sms' | 'email';

function receive(notificationId: string, status: NotificationStatus, type: Type = 'sms'): Promise<ReceiptOutcome> {
  clock.advance(1000);
  return recordReceipt(app, { notificationId, type, status, provider: 'MMG' });
}

/** Puts a notification into a status, as if it had got there. */
async function put(id: string, status: NotificationStatus): Promise<void> {
  const at = clock.now();
  await app.db.query({
    text: 'UPDATE notifications SET notification_status = $2, updated_at = $3 WHERE id = $1',
    values: [id, status, at],
  });
}

describe('a receipt that comes before the sending is recorded', () => {
  for (const early of [
    'delivered',
    'temporary-failure',
    'permanent-failure',
    'technical-failure',
    'pending',
  ] as const) {
    it(`keeps its status ${early}; the sending adds only its facts`, async () => {
      const id = await accept(app, sender, { text: 'x'.repeat(200) });
      sms.answer = async ({ notificationId }) => {
        expect(await receive(notificationId, early)).toBe('recorded');
        clock.advance(500);
        return { reference: null, verdict: 'delivered' };
      };
      await deliverSms(app, { notificationId: id }, context);
      expect(await read(app, id)).toMatchObject({
        status: early,
        sentAt: clock.now(),
        sentBy: 'mmg',
        billableUnits: 2,
      });
      // The provider's own verdict came too late.
      expect(await liveJobs(app, id)).toMatchObject([{ task: 'deliver_sms' }]);
    });
  }

  it('names the provider, in lower case, and counts the fragments', async () => {
    const id = await accept(app, sender, { text: 'x'.repeat(200) });
    await receive(id, 'delivered');
    expect(await read(app, id)).toMatchObject({ sentBy: 'mmg', sentAt: null, billableUnits: 2 });
  });

  it('stops the sending that has not begun', async () => {
    const id = await accept(app, sender);
    await receive(id, 'delivered');
    await deliverSms(app, { notificationId: id }, context);
    expect(sms.messages).toEqual([]);
    const warning = `Not sending SMS notification ${id} because status is 'delivered' (not 'created')`;
    expect(capture.lines('warn').map(({ msg }) => msg)).toContain(warning);
  });

  it('wins over retries that are used up, and over a failure of the sending', async () => {
    const id = await accept(app, sender);
    sms.answer = async ({ notificationId }) => {
      await receive(notificationId, 'delivered');
      clock.advance(60_000);
      throw new Error('timeout');
    };
    await expect(deliverSms(app, { notificationId: id }, context)).rejects.toThrow('timeout');
    const delivered = await read(app, id);
    const failure = { attempt: 49, error: new Error('timeout'), retryIn: null };
    await app.db.transaction(async (tx) => deliverSmsTask(app).onExhausted!(tx, { notificationId: id }, failure));
    expect(await read(app, id)).toEqual(delivered);
    // Completed when the receipt came, not when we heard of the failure.
    expect(delivered).toMatchObject({ status: 'delivered', updatedAt: new Date(clock.now().getTime() - 60_000) });
  });

  it('does not count for an email, whose reference nobody knows yet', async () => {
    const id = await accept(app, sender, { type: 'email' });
    email.answer = async ({ notificationId }) => {
      expect(await receive(notificationId, 'delivered', 'email')).toBe('duplicate');
      return { reference: 'ses-1', verdict: null };
    };
    await deliverEmail(app, { notificationId: id }, context);
    expect(await read(app, id)).toMatchObject({ status: 'sending', reference: 'ses-1', sentBy: 'ses' });
    expect(await receive(id, 'delivered', 'email')).toBe('recorded');
  });
});

describe('a task that runs twice', () => {
  it('sends a text once', async () => {
    const id = await accept(app, sender);
    for (let run = 0; run < 3; run += 1) await deliverSms(app, { notificationId: id }, context);
    expect(sms.messages).toHaveLength(1);
    expect(await read(app, id)).toMatchObject({ status: 'sending' });
    const warning = `Not sending SMS notification ${id} because status is 'sending' (not 'created')`;
    expect(capture.lines('warn').filter(({ msg }) => msg === warning)).toHaveLength(2);
  });

  it('sends an email once, and says nothing of it', async () => {
    const id = await accept(app, sender, { type: 'email' });
    const logged = capture.lines().length;
    for (let run = 0; run < 3; run += 1) await deliverEmail(app, { notificationId: id }, context);
    expect(email.messages).toHaveLength(1);
    expect(await read(app, id)).toMatchObject({ status: 'sending', reference: 'ses-reference' });
    expect(capture.lines()).toHaveLength(logged);
  });

  it('sends nothing in any other status', async () => {
    for (const status of ['pending', 'sent', 'technical-failure', 'cancelled', 'validation-failed'] as const) {
      for (const type of ['sms', 'email'] as const) {
        const id = await accept(app, sender, { type });
        await put(id, status);
        const deliver = type === 'sms' ? deliverSms : deliverEmail;
        await deliver(app, { notificationId: id }, context);
        expect(await read(app, id)).toMatchObject({ status, sentAt: null });
      }
    }
    expect([...sms.messages, ...email.messages]).toEqual([]);
  });

  it('enqueues the verdict of the provider once', async () => {
    const id = await accept(app, sender);
    sms.answer = () => ({ reference: null, verdict: 'delivered' });
    for (let run = 0; run < 2; run += 1) await deliverSms(app, { notificationId: id }, context);
    expect(await liveJobs(app, id)).toMatchObject([
      { task: 'deliver_sms' },
      {
        queue: 'sms-callbacks',
        task: 'process-sms-client-response',
        args: { notificationId: id, status: 'delivered', provider: 'mmg' },
      },
    ]);
  });
});

const finals: NotificationStatus[] = [
  'delivered',
  'temporary-failure',
  'permanent-failure',
  'technical-failure',
  'cancelled',
  'validation-failed',
];

describe('a receipt', () => {
  const outcomes = ['pending', 'delivered', 'temporary-failure', 'permanent-failure', 'technical-failure'] as const;
  const accepted: [Type, NotificationStatus[], readonly NotificationStatus[]][] = [
    ['sms', ['created', 'sending', 'pending', 'sent'], outcomes],
    ['email', ['sending', 'pending'], ['delivered', 'temporary-failure', 'permanent-failure']],
  ];
  for (const [type, sources, targets] of accepted) {
    for (const from of sources) {
      it(`moves ${type} from ${from}`, async () => {
        for (const to of targets) {
          const id = await accept(app, sender, { type });
          await put(id, from);
          expect(await receive(id, to, type)).toBe('recorded');
          expect(await read(app, id)).toMatchObject({ status: to, updatedAt: clock.now(), sentBy: 'mmg' });
          expect(await eventsOf(app, id)).toEqual([]);
        }
      });
    }
  }

  for (const type of ['sms', 'email'] as const) {
    for (const final of [...finals, ...(type === 'email' ? (['created', 'sent'] as const) : [])]) {
      it(`of ${type} changes nothing once it is ${final}`, async () => {
        const id = await accept(app, sender, { type });
        await put(id, final);
        const before = await read(app, id);
        for (const late of ['delivered', 'temporary-failure', 'permanent-failure'] as const) {
          expect(await receive(id, late, type)).toBe('duplicate');
        }
        expect(await read(app, id)).toEqual(before);
        expect(await eventsOf(app, id)).toMatchObject([
          { event: 'receipt ignored', detail: { status: 'delivered', provider: 'MMG', kept: final } },
          { event: 'receipt ignored', detail: { status: 'temporary-failure', kept: final } },
          { event: 'receipt ignored', detail: { status: 'permanent-failure', kept: final } },
        ]);
      });
    }
  }

  it('that comes again is a duplicate', async () => {
    const id = await accept(app, sender);
    await deliverSms(app, { notificationId: id }, context);
    expect(await receive(id, 'delivered')).toBe('recorded');
    const delivered = await read(app, id);
    expect(await receive(id, 'delivered')).toBe('duplicate');
    expect(await read(app, id)).toEqual(delivered);
  });

  it('of two that come at once decides alone', async () => {
    const id = await accept(app, sender);
    await deliverSms(app, { notificationId: id }, context);
    const statuses = ['delivered', 'permanent-failure', 'temporary-failure'] as const;
    const results = await Promise.all(statuses.map((status) => receive(id, status)));
    expect(results.filter((result) => result === 'recorded')).toHaveLength(1);
    expect((await read(app, id)).status).toBe(statuses[results.indexOf('recorded')]);
  });

  it('waits for a change that is under way', async () => {
    const id = await accept(app, sender);
    const locked = createSignal();
    const release = createSignal();
    const change = app.db.transaction(async (tx) => {
      await tx.query({
        text: `UPDATE notifications SET notification_status = 'cancelled' WHERE id = $1`,
        values: [id],
      });
      locked.resolve();
      await release.promise;
    });
    await locked.promise;
    const receipt = receive(id, 'delivered');
    release.resolve();
    await change;
    expect(await receipt).toBe('duplicate');
    expect(await read(app, id)).toMatchObject({ status: 'cancelled' });
  });

  it('for an unknown notification, or one of the other type, is only a warning', async () => {
    const id = await accept(app, sender);
    const unknown = app.ids.uuid();
    expect(await receive(unknown, 'delivered')).toBe('unknown');
    expect(await receive(id, 'delivered', 'email')).toBe('unknown');
    expect(await read(app, id)).toMatchObject({ status: 'created', updatedAt: null });
    expect(capture.lines('warn').map(({ msg }) => msg)).toContain(
      `Notification not found for id ${unknown} (when attempting to update to status delivered)`,
    );
  });

  it('from a country without delivery reports is ignored without a trace', async () => {
    const id = await accept(app, sender, { to: '+1 201 555 0123' });
    await deliverSms(app, { notificationId: id }, context);
    const sent = await read(app, id);
    expect(sent).toMatchObject({ status: 'sent', sentBy: 'mmg' });
    for (const status of ['delivered', 'permanent-failure'] as const) {
      expect(await receive(id, status)).toBe('ignored');
    }
    expect(await read(app, id)).toEqual(sent);
    expect(await eventsOf(app, id)).toEqual([]);
  });
});

describe('retries that are used up', () => {
  for (const type of ['sms', 'email'] as const) {
    for (const status of ['sending', 'pending', ...finals] as const) {
      it(`do not touch ${type} that is ${status}`, async () => {
        const id = await accept(app, sender, { type });
        await put(id, status);
        const before = await read(app, id);
        const errors = capture.lines('error').length;
        const task = type === 'sms' ? deliverSmsTask(app) : deliverEmailTask(app);
        const failure = { attempt: 49, error: new Error('no'), retryIn: null };
        await app.db.transaction(async (tx) => task.onExhausted!(tx, { notificationId: id }, failure));
        expect(await read(app, id)).toEqual(before);
        expect(capture.lines('error')).toHaveLength(errors);
      });
    }
  }
});
