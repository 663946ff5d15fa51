import { expect, it } from 'vitest';
import type { BenchDatabase } from '../../bench/support/bench-server.ts';
import { createBenchService } from '../../bench/support/bench-service.ts';
import { fillTable } from '../../bench/support/stored-messages.ts';
import { listNotifications } from '../../src/lib/notifications/list-notifications.ts';
import { sendOne } from '../../src/lib/notifications/send-one.ts';
import { aService } from '../support/builders.ts';
import { useTestApp } from '../support/test-app.ts';

const app = useTestApp();
const span = { from: new Date('2026-01-01T00:00:00Z'), to: new Date('2026-01-08T00:00:00Z') };

it('fills tables with messages as they could be, in the order of time, and leaves their indexes as they were', async () => {
  const query: BenchDatabase['query'] = async <Row>(text: string, values: unknown[] = []) =>
    (await app.db.query({ text, values })).rows as Row[];
  const database: BenchDatabase = {
    url: app.databaseUrl,
    query,
    empty: async () => undefined,
    settle: async () => undefined,
  };
  const measured = await createBenchService(database);
  const others = [(await aService(app)).id, (await aService(app)).id];
  await sendOne(app, {
    templateId: measured.smsTemplateId,
    to: '07700900300',
    personalisation: { name: 'Ann', day: 'Monday' },
    clientReference: null,
    senderId: null,
  });
  const [sample] = await query<{ personalisation: string }>('SELECT personalisation FROM notifications');
  await query('DELETE FROM notifications');
  const services = { measured, others, personalisation: sample!.personalisation };
  const indexes = `SELECT indexdef FROM pg_indexes WHERE tablename LIKE 'notification%' ORDER BY indexname`;
  const before = await query(indexes);

  await fillTable(database, services, { table: 'notifications', rows: 2500, ...span }, 1000);
  await fillTable(database, services, { table: 'notification_history', rows: 500, ...span }, 1000);
  expect(await query(indexes)).toEqual(before);
  const [facts] = await query(`SELECT count(*)::int AS rows, count(DISTINCT service_id)::int AS services,
      count(DISTINCT notification_type)::int AS types, count(DISTINCT key_type)::int AS keys,
      count(*) FILTER (WHERE service_id = '${measured.id}') BETWEEN 400 AND 600 AS "aFifthIsMeasured",
      count(*) FILTER (WHERE notification_status = 'delivered') BETWEEN 2250 AND 2450 AS "mostAreDelivered",
      bool_and(created_at >= '2026-01-01' AND created_at < '2026-01-08') AS "inTime" FROM notifications`);
  const whole = { aFifthIsMeasured: true, mostAreDelivered: true, inTime: true };
  expect(facts).toEqual({ rows: 2500, services: 3, types: 3, keys: 3, ...whole });
  const [order] =
    await query(`SELECT bool_and(id > before) AS "ascends", bool_and(substr(id::text, 15, 1) = '7') AS "areV7"
    FROM (SELECT id, lag(id) OVER (ORDER BY created_at) AS before FROM notifications) AS n`);
  expect(order).toEqual({ ascends: true, areV7: true });
  expect(await query('SELECT count(*)::int AS rows FROM notification_history')).toEqual([{ rows: 500 }]);

  const listed = await listNotifications(app, {
    ...{ serviceId: measured.id, keyType: 'normal', types: [], statuses: [], clientReference: null, to: null },
    ...{ olderThan: null, includeJobs: false, limit: 250 },
  });
  expect(listed).toHaveLength(250);
  expect(listed[0]!.personalisation).toEqual({ name: 'Ann', day: 'Monday' });
});
