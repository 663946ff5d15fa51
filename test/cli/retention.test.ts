import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { addDays, londonDate, londonMidnightUtc } from '../../src/lib/core/london-time.ts';
import { insertRows } from '../server/notification-rows.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { useTestApp } from '../support/test-app.ts';
import { commandsOn } from './commands-on-database.ts';

const app = useTestApp();
const { notify, resultOf, textOf, expectError } = commandsOn(app);
const today = londonDate(new Date());
const daysAgo = (days: number): string => addDays(today, -days);
const midnightDaysAgo = (days: number): string => londonMidnightUtc(daysAgo(days)).toISOString();

describe('services retention', () => {
  it('is set, shown and cleared', async () => {
    const { id } = await aService(app);
    const kept = (days: number, isDefault = false): object => ({ days_of_retention: days, default: isDefault });
    const set = await resultOf(['services', 'retention', id, '--type', 'sms', '--days', '30']);
    expect(set.retention).toContainEqual({ notification_type: 'sms', ...kept(30) });
    await resultOf(['services', 'retention', id, '--type', 'email', '--days', '3']);
    await resultOf(['services', 'retention', id, '--type', 'sms', '--days', '14']);
    expect((await resultOf(['services', 'retention', id])).retention).toEqual(
      expect.arrayContaining([
        { notification_type: 'sms', ...kept(14) },
        { notification_type: 'email', ...kept(3) },
        { notification_type: 'letter', ...kept(7, true) },
      ]),
    );
    expect(await textOf(['services', 'retention', id])).toMatch(/sms +14 +for this service/);
    const cleared = await resultOf(['services', 'retention', id, '--type', 'sms', '--clear']);
    expect(cleared.retention).toContainEqual({ notification_type: 'email', ...kept(3) });
    expect(cleared.retention).toContainEqual({ notification_type: 'sms', ...kept(7, true) });
    const none = await resultOf(['services', 'retention', id, '--clear']);
    expect(none.retention.every((one: { default: boolean }) => one.default)).toBe(true);
  });

  it('warns of a long time', async () => {
    const { id } = await aService(app);
    const answer = await notify(['services', 'retention', id, '--type', 'sms', '--days', '91', '--json']);
    expect([answer.exitCode, answer.json().warnings]).toEqual([
      0,
      ['91 days are longer than personal data is usually kept (90 at most)'],
    ]);
  });

  it('refuses half of a change', async () => {
    const { id } = await aService(app);
    for (const flags of [
      ['--type', 'sms'],
      ['--days', '3'],
      ['--type', 'sms', '--days', '0'],
    ]) {
      await expectError(['services', 'retention', id, ...flags], 2, {});
    }
    await expectError(['services', 'retention', randomUUID(), '--clear'], 5, { code: 'NOT_FOUND' });
  });
});

describe('retention run', () => {
  it('shows what would go, then has it go', async () => {
    const template = await aTemplate(app, (await aService(app)).id);
    await insertRows(app, template, { createdAt: midnightDaysAgo(9), count: 3 });
    await insertRows(app, template, { createdAt: midnightDaysAgo(9), keyType: 'test' });
    const scope = ['--service', template.serviceId];
    const expected = {
      services: [
        {
          service_id: template.serviceId,
          notification_type: 'sms',
          days_of_retention: 7,
          before: midnightDaysAgo(7).replace('.000Z', '.000000Z'),
          moved_to_history: 3,
          deleted: 1,
          letters_kept: 0,
        },
      ],
      moved_to_history: 3,
      deleted: 1,
      letters_kept: 0,
      received_texts: 0,
      unsubscribe_requests: 0,
    };
    const planned = await resultOf(['retention', 'run', ...scope, '--dry-run'], { status: 'planned' });
    expect(planned).toEqual({ dry_run: true, ...expected });
    expect(await resultOf(['retention', 'run', ...scope, '--type', 'email'])).toMatchObject({ services: [] });
    await expectError(['retention', 'run', ...scope], 4, {
      code: 'CONFIRMATION_NEEDED',
      message: expect.stringContaining('Move 3 messages of 1 service to the history, delete 1 of test keys') as string,
    });
    expect(await resultOf(['retention', 'run', ...scope, '--dry-run'], { status: 'planned' })).toMatchObject(expected);
    expect(await resultOf(['retention', 'run', ...scope, '--yes'])).toEqual({ dry_run: false, ...expected });
    expect(await textOf(['retention', 'run'])).toBe(
      'Moved 0 messages to the history and deleted 0 of test keys.\n' +
        'Moved 0 received texts and 0 requests to unsubscribe to their history.\n',
    );
  });

  it('has no more go than it is told', async () => {
    const template = await aTemplate(app, (await aService(app)).id);
    await insertRows(app, template, { createdAt: midnightDaysAgo(9), count: 3 });
    await insertRows(app, template, { createdAt: midnightDaysAgo(9), keyType: 'test', count: 2 });
    const run = ['retention', 'run', '--service', template.serviceId, '--limit'];
    const planned = await resultOf([...run, '4', '--dry-run'], { status: 'planned' });
    expect(planned).toMatchObject({ moved_to_history: 3, deleted: 1 });
    expect(await resultOf([...run, '2', '--yes'])).toMatchObject({ moved_to_history: 2, deleted: 0 });
    expect(await resultOf([...run, '2', '--yes'])).toMatchObject({ moved_to_history: 1, deleted: 1 });
    expect(await resultOf([...run, '2', '--yes'])).toMatchObject({ moved_to_history: 0, deleted: 1 });
    expect(await resultOf([...run, '2'])).toMatchObject({ moved_to_history: 0, deleted: 0 });
  });

  it('knows no service of another id', async () => {
    await expectError(['retention', 'run', '--service', randomUUID()], 5, { code: 'NOT_FOUND' });
  });
});
