/** Letters sheet §4 and §18, examples 28 to 38. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { collateLetters } from '../../src/lib/print-runs/collate-letters.ts';
import { cancelLetter } from '../../src/lib/notifications/cancel-letter.ts';
import type { Notification } from '../../src/lib/notifications/notification.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { useTestApp } from '../support/test-app.ts';
import { storeLetters, type WaitingLetterInput } from '../support/waiting-letters.ts';

const app = useTestApp();
let serviceId: string;
let templateId: string;

beforeAll(async () => {
  ({ id: serviceId } = await aService(app));
  ({ id: templateId } = await aTemplate(app, serviceId, { templateType: 'letter' }));
});

beforeEach(async () => {
  for (const table of ['notifications', 'letter_zips', 'letter_print_runs']) await app.db.query(`DELETE FROM ${table}`);
});

async function cancelAt(
  now: string,
  createdAt: string,
  letter: Partial<WaitingLetterInput> = {},
): Promise<Notification> {
  const common = { reference: 'ABCDEF1234567890', serviceId, templateId, pdf: null };
  const [stored] = await storeLetters(app, [{ ...common, createdAt: new Date(createdAt), ...letter }]);
  const clock = { now: () => new Date(now) };
  return cancelLetter({ ...app, clock }, { serviceId, notificationId: stored!.id });
}

describe('a letter', () => {
  it.each([
    ['2020-10-23T16:29:59Z', '2020-10-23T16:00:00Z', true],
    ['2020-10-23T16:30:00Z', '2020-10-23T16:00:00Z', false],
    ['2020-10-23T16:35:00Z', '2020-10-23T16:30:01Z', true],
    ['2020-10-24T09:00:00Z', '2020-10-23T17:00:00Z', true],
    ['2020-10-24T09:00:00Z', '2020-10-23T16:00:00Z', false],
    ['2020-10-25T16:45:00Z', '2020-10-24T17:00:00Z', true],
    ['2020-10-25T17:30:00Z', '2020-10-24T17:00:00Z', false],
    ['2020-10-26T09:00:00Z', '2020-10-24T17:00:00Z', false],
    ['2020-03-29T16:30:00Z', '2020-03-28T17:31:00Z', false],
    ['2020-03-29T16:29:59Z', '2020-03-28T17:31:00Z', true],
  ])('is cancelled at %s that was made at %s: %s', async (now, createdAt, expected) => {
    const cancelling = cancelAt(now, createdAt);
    if (expected) await expect(cancelling).resolves.toMatchObject({ status: 'cancelled', billableUnits: 0 });
    else await expect(cancelling).rejects.toThrow('It’s too late to cancel this letter.');
  });

  it('is cancelled on a bank holiday, before its virus check, and when it goes abroad', async () => {
    const waiting = { status: 'pending-virus-check', international: true, postage: 'europe' } as const;
    const cancelled = await cancelAt('2020-12-25T12:00:00Z', '2020-12-25T11:00:00Z', waiting);
    expect(cancelled).toMatchObject({ status: 'cancelled', international: true });
  });

  it.each([
    ['sending', '2020-10-23T11:00:00Z', '2020-10-23 11:00:00'],
    ['validation-failed', '2020-10-23T11:00:00.120Z', '2020-10-23 11:00:00.120000'],
  ])('that is %s is not', async (status, createdAt, text) => {
    await expect(cancelAt('2020-10-23T12:00:00Z', createdAt, { status })).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      message: `We could not cancel this letter. Letter status: ${status}, created_at: ${text}`,
    });
  });

  it('that was cancelled is told to be so, unless it is too late', async () => {
    const cancelled = { status: 'cancelled' };
    await expect(cancelAt('2020-10-23T12:00:00Z', '2020-10-23T11:00:00Z', cancelled)).rejects.toThrow(
      'This letter has already been cancelled.',
    );
    await app.db.query('DELETE FROM notifications');
    await expect(cancelAt('2020-10-24T12:00:00Z', '2020-10-23T11:00:00Z', cancelled)).rejects.toThrow('too late');
  });

  it.each([
    ['2017-07-07T16:30:00Z', '2017-07-06T17:30:00Z', 'today'],
    ['2017-07-07T16:30:00Z', '2017-07-05T16:30:00Z', 'on 6 July'],
    ['2017-07-07T16:30:00Z', '2017-07-06T16:29:00Z', 'on 6 July'],
    ['2017-01-01T12:00:00Z', '2016-12-12T17:29:00Z', 'on 12 December'],
    ['2017-01-01T12:00:00Z', '2016-12-12T17:30:00Z', 'on 13 December'],
  ])('is told at %s, made at %s, that printing started %s', async (now, createdAt, when) => {
    await expect(cancelAt(now, createdAt)).rejects.toThrow(
      `It’s too late to cancel this letter. Printing started ${when} at 5.30pm`,
    );
  });

  it('that is in a zip is not, whatever the time', async () => {
    const createdAt = new Date('2020-02-17T10:00:00Z');
    const letter = { reference: 'ABCDEF1234567890', serviceId, templateId, createdAt };
    const [stored] = await storeLetters(app, [letter]);
    await collateLetters({ ...app, clock: { now: () => new Date('2020-02-17T18:00:00Z') } });
    const early = { ...app, clock: { now: () => new Date('2020-02-17T12:00:00Z') } };
    const cancelling = cancelLetter(early, { serviceId, notificationId: stored!.id });
    await expect(cancelling).rejects.toThrow('Printing started today');
    const { rows } = await app.db.query('SELECT notification_status AS status FROM notifications');
    expect(rows).toEqual([{ status: 'created' }]);
  });

  it('is none that is not there, of another service, or no letter', async () => {
    const notFound = { code: 'NOT_FOUND', message: 'Notification not found' };
    const [stored] = await storeLetters(app, [
      { reference: 'ABCDEF1234567890', serviceId, templateId, createdAt: new Date(), pdf: null },
    ]);
    const other = { serviceId: app.ids.uuid(), notificationId: stored!.id };
    await expect(cancelLetter(app, other)).rejects.toMatchObject(notFound);
    await expect(cancelLetter(app, { serviceId, notificationId: app.ids.uuid() })).rejects.toMatchObject(notFound);
    await app.db.query(`UPDATE notifications SET notification_type = 'sms'`);
    await expect(cancelLetter(app, { serviceId, notificationId: stored!.id })).rejects.toThrow(
      'Notification cannot be cancelled - only letters can be cancelled',
    );
  });
});
