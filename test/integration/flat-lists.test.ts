import type { QueryResultRow } from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Queryable } from '../../src/lib/db/database.ts';
import { listDetailsOfService } from '../../src/lib/notifications/notification-details-repository.ts';
import { listNotificationsOfService } from '../../src/lib/notifications/notification-list-repository.ts';
import { failedStatuses, type NotificationStatus } from '../../src/lib/notifications/notification-status.ts';
import type { NotificationType } from '../../src/lib/notifications/notification.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { insertRows } from '../server/notification-rows.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { useTestApp } from '../support/test-app.ts';

const app = useTestApp();

let template: Template;
beforeAll(async () => {
  template = await aTemplate(app, (await aService(app)).id);
  await insertRows(app, template, { count: 5000, status: 'delivered' });
  await insertRows(app, template, { count: 200, keyType: 'team', status: 'delivered' });
  await insertRows(app, template, { count: 20, status: 'permanent-failure' });
  await app.db.query('ANALYZE notifications');
});

/** How many rows of the table a statement reads, as the database tells it. */
async function rowsRead(list: (db: Queryable) => Promise<unknown>): Promise<number> {
  let read = 0;
  const explain: Queryable = {
    async query(statement) {
      const { text, values } = statement as { text: string; values: unknown[] };
      const explained = { text: `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, values };
      const answer = await app.db.query<QueryResultRow>(explained);
      for (const { Plan: plan } of answer.rows[0]!['QUERY PLAN'] as { Plan: PlanNode }[]) read += rowsOf(plan);
      return { ...answer, rows: [] };
    },
  };
  await list(explain);
  return read;
}

interface PlanNode {
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

function rowsOf(node: PlanNode): number {
  const below = (node.Plans ?? []).reduce((sum, child) => sum + rowsOf(child), 0);
  if (node['Relation Name'] !== 'notifications') return below;
  return below + (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
}

const none: readonly NotificationStatus[] = [];
const lists: [string, readonly NotificationType[], readonly NotificationStatus[]][] = [
  ['everything', [], none],
  ['one type', ['sms'], none],
  ['a type that was never sent', ['letter'], none],
  ['what failed', [], failedStatuses],
];

describe.each(lists)('a list of %s', (_what, types, statuses) => {
  const olderThan = null;

  it('reads a page of each kind for a front end, and no more', async () => {
    const only = { id: null, createdSince: null, olderThan, search: null, types, statuses };
    const all = { includeJobs: true, includeFromTestKey: true, includeOneOff: true };
    const query = { serviceId: template.serviceId, ...only, ...all };
    const list = (db: Queryable): Promise<unknown> => listDetailsOfService(db, app.secretBox, query, { limit: 51 });
    expect(await rowsRead(list)).toBeLessThanOrEqual(2 * 51);
  });

  it('reads a page of each kind for an operator, and no more', async () => {
    const any = { keyType: null, clientReference: null, to: null, olderThan, includeJobs: true };
    const query = { serviceId: template.serviceId, ...any, types, statuses, limit: 100 };
    const list = (db: Queryable): Promise<unknown> => listNotificationsOfService(db, app.secretBox, query);
    expect(await rowsRead(list)).toBeLessThanOrEqual(2 * 100);
  });
});

it('a list of a type that is named twice has every message once', async () => {
  const any = { keyType: null, clientReference: null, to: null, olderThan: null, statuses: none, includeJobs: true };
  const query = { serviceId: template.serviceId, ...any, types: ['sms', 'sms'] as const, limit: 250 };
  const listed = await listNotificationsOfService(app.db, app.secretBox, query);
  expect(new Set(listed.map(({ id }) => id)).size).toBe(250);
});
