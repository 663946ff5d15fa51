/** What is kept besides messages: received texts, and requests to unsubscribe. */
import { beforeAll, describe, expect, it } from 'vitest';
import { addInboundNumber } from '../../src/lib/inbound/add-inbound-number.ts';
import { archiveUnsubscribeRequests } from '../../src/lib/retention/archive-unsubscribe-requests.ts';
import { moveReceivedTexts } from '../../src/lib/retention/move-received-texts.ts';
import { setDataRetention } from '../../src/lib/retention/set-data-retention.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { createTestClock } from '../server/test-clock.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { useTestApp } from '../support/test-app.ts';

const clock = createTestClock('2021-06-05T03:00:00Z');
const app = useTestApp({ clock });

let template: Template;
beforeAll(async () => {
  template = await aTemplate(app, (await aService(app)).id);
});

describe('received texts', () => {
  const received = async (serviceId: string, ...times: string[]): Promise<void> => {
    for (const at of times) {
      await app.db.query({
        text: `INSERT INTO inbound_sms (id, created_at, service_id, notify_number, user_number, provider_reference, provider, content)
          VALUES (gen_random_uuid(), $1, $2, '07700900000', '447700900123', 'reference', 'mmg', 'sealed')`,
        values: [new Date(at), serviceId],
      });
    }
  };

  it('are kept as long as texts, or a week without an own number', async () => {
    const { id: serviceId } = await aService(app);
    await addInboundNumber(app, { number: '07700900000', provider: 'mmg', serviceId });
    for (const id of [serviceId, template.serviceId]) {
      await setDataRetention(app, { serviceId: id, notificationType: 'sms', daysOfRetention: 3 });
      await received(id, '2021-05-28T22:59:59Z', '2021-06-01T22:59:59Z', '2021-06-01T23:00:00Z');
    }
    expect(await moveReceivedTexts(app, { dryRun: true })).toBe(3);
    expect(await moveReceivedTexts(app, { serviceId })).toBe(2);
    expect(await moveReceivedTexts(app)).toBe(1);
    expect(await moveReceivedTexts(app)).toBe(0);
    const { rows } = await app.db.query(`SELECT service_id, created_at, notify_number, provider_reference, provider
      FROM inbound_sms_history WHERE service_id <> '${template.serviceId}' ORDER BY created_at`);
    expect(rows).toMatchObject([
      { service_id: serviceId, created_at: new Date('2021-05-28T22:59:59Z'), notify_number: '07700900000' },
      { created_at: new Date('2021-06-01T22:59:59Z'), provider_reference: 'reference', provider: 'mmg' },
    ]);
    expect(Object.keys(rows[0]!)).not.toContain('user_number');
    const left = await app.db.query('SELECT 1 FROM inbound_sms');
    expect(left.rows).toHaveLength(3);
  });
});

describe('requests to unsubscribe', () => {
  it('go a week after their report, and after 90 days without one', async () => {
    const report = async (createdAt: string): Promise<string> => {
      const id = app.ids.uuid();
      await app.db.query({
        text: `INSERT INTO unsubscribe_request_report (id, service_id, count, earliest_timestamp, latest_timestamp, created_at)
          VALUES ($1, $2, 1, $3, $3, $3)`,
        values: [id, template.serviceId, new Date(createdAt)],
      });
      return id;
    };
    const request = async (createdAt: string, reportId: string | null): Promise<string> => {
      const id = app.ids.uuid();
      await app.db.query({
        text: `INSERT INTO unsubscribe_request (id, notification_id, template_id, template_version, service_id,
            email_address, unsubscribe_request_report_id, created_at)
          VALUES ($1, $1, $2, 1, $3, 'somebody@example.com', $4, $5)`,
        values: [id, template.id, template.serviceId, reportId, new Date(createdAt)],
      });
      return id;
    };
    const [old, recent] = [await report('2021-05-28T22:59:59Z'), await report('2021-05-28T23:00:00Z')];
    const going = [await request('2021-05-27T00:00:00Z', old), await request('2021-03-06T23:59:59Z', null)];
    const staying = [
      await request('2021-01-01T00:00:00Z', recent),
      await request('2021-03-07T00:00:00Z', null),
      await request('2021-06-05T00:00:00Z', null),
    ];
    expect(await archiveUnsubscribeRequests(app, { dryRun: true })).toBe(2);
    expect(await archiveUnsubscribeRequests(app)).toBe(2);
    const idsOf = async (table: string): Promise<unknown[]> =>
      (await app.db.query<{ id: string }>(`SELECT id FROM ${table}`)).rows.map(({ id }) => id).sort();
    expect(await idsOf('unsubscribe_request_history')).toEqual(going.sort());
    expect(await idsOf('unsubscribe_request')).toEqual(staying.sort());
  });
});
