import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/lib/db/database.ts';
import { pageNotifications, type NotificationPage } from '../../src/lib/notifications/page-notifications.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { insertRows } from '../server/notification-rows.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { useTestApp } from '../support/test-app.ts';

const app = useTestApp();
let template: Template;

beforeAll(async () => {
  template = await aTemplate(app, (await aService(app)).id, { content: 'Hello' });
  await insertRows(app, template, { count: 6 });
});

/** A page, and whether notifications were counted for it. */
async function read(page: number, pageSize: number): Promise<[NotificationPage | null, boolean]> {
  const texts: string[] = [];
  const db = {
    query: (statement: Parameters<Database['query']>[0]) => {
      texts.push(typeof statement === 'string' ? statement : statement.text);
      return app.db.query(statement);
    },
  } as Database;
  const { serviceId } = template;
  const filters = {
    serviceId,
    keyType: 'normal',
    types: [],
    statuses: [],
    includeJobs: false,
    limitDays: null,
  } as const;
  const result = await pageNotifications({ ...app, db }, { ...filters, page, pageSize });
  return [result, texts.some((text) => text.includes('count('))];
}

describe('the number of all notifications', () => {
  it('is counted only for a page that is full', async () => {
    for (const [page, pageSize, isCounted] of [
      [1, 2, true],
      [3, 2, true],
      [1, 6, true],
      [2, 4, false],
      [1, 7, false],
      [1, 250, false],
    ] as const) {
      const [result, counted] = await read(page, pageSize);
      expect(result?.total).toBe(6);
      expect(counted, `page ${page} of ${pageSize}`).toBe(isCounted);
    }
  });

  it('is not even asked for after the last page', async () => {
    expect(await read(4, 2)).toEqual([null, false]);
    expect(await read(2, 6)).toEqual([null, false]);
  });
});
