import { beforeEach, expect, it } from 'vitest';
import { fixBillableUnits } from '../../src/lib/billing/fix-billable-units.ts';
import { personalisationContext } from '../../src/lib/notifications/notification.ts';
import { updateService } from '../../src/lib/services/update-service.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { updateTemplate } from '../../src/lib/templates/update-template.ts';
import { insertRows, type NotificationRow } from '../server/notification-rows.ts';
import { clearBilling } from '../support/billing-facts.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { useTestApp } from '../support/test-app.ts';

const app = useTestApp();
const createdAt = '2021-06-04T23:30:00Z';

let sms: Template;
beforeEach(async () => {
  await clearBilling(app);
  sms = await aTemplate(app, (await aService(app)).id, { content: '((text))' });
});

/** Its text has so many characters. */
async function aText(length: number, more: NotificationRow = {}, template = sms): Promise<string> {
  const id = await insertRows(app, template, { createdAt, status: 'technical-failure', ...more });
  const sealed = app.secretBox.seal(JSON.stringify({ text: 'a'.repeat(length) }), personalisationContext);
  await app.db.query({ text: 'UPDATE notifications SET personalisation = $2 WHERE id = $1', values: [id, sealed] });
  return id;
}

async function unitsOf(...ids: readonly string[]): Promise<number[]> {
  const { rows } = await app.db.query<{ id: string; units: number }>(
    'SELECT id, billable_units AS units FROM notifications',
  );
  return ids.map((id) => rows.find((row) => row.id === id)!.units);
}

it('counts the fragments of texts that were not counted, with the prefix and the version that they had', async () => {
  await updateService(app, {
    serviceId: sms.serviceId,
    prefixSms: true,
    name: 'A name that is quite long, and unique',
  });
  const one = await aText(100);
  const two = await aText(150, { status: 'delivered', keyType: 'team' });
  await updateTemplate(app, { templateId: sms.id, content: '((text)) '.repeat(9) });
  const failed = await aText(400, { createdAt: '2021-06-03T12:00:00Z' });
  const { fixed, failed: problems } = await fixBillableUnits(app);
  expect([...fixed].sort()).toEqual([
    ['2021-06-03', 1],
    ['2021-06-05', 2],
  ]);
  expect(problems).toEqual([]);
  expect(await unitsOf(one, two, failed)).toEqual([1, 2, 3]);
  expect((await fixBillableUnits(app)).fixed.size).toBe(0);
});

it.each<[string, NotificationRow]>([
  ['that wait', { status: 'created' }],
  ['that were noted as sent', { sentAt: createdAt }],
  ['that have units', { billableUnits: 7 }],
  ['of test keys', { keyType: 'test' }],
])('leaves those alone %s', async (_, more) => {
  const id = await aText(300, more);
  expect((await fixBillableUnits(app)).fixed.size).toBe(0);
  expect(await unitsOf(id)).toEqual([more.billableUnits ?? 0]);
});

it('leaves emails and letters alone', async () => {
  for (const templateType of ['email', 'letter'] as const) {
    await aText(300, {}, await aTemplate(app, sms.serviceId, { templateType }));
  }
  expect(await fixBillableUnits(app)).toEqual({ fixed: new Map(), failed: [] });
});

it('only counts in a dry run', async () => {
  const id = await aText(300);
  expect((await fixBillableUnits(app, { dryRun: true })).fixed).toEqual(new Map([['2021-06-05', 1]]));
  expect(await unitsOf(id)).toEqual([0]);
});

it('goes through all, a portion at a time, and past what cannot be rendered', async () => {
  const good = [await aText(1), await aText(200), await aText(1)];
  const sealed = await aText(1);
  await app.db.query({ text: `UPDATE notifications SET personalisation = 'v1.x.y' WHERE id = $1`, values: [sealed] });
  const unversioned = await aText(1);
  await app.db.query({ text: 'UPDATE notifications SET template_version = 9 WHERE id = $1', values: [unversioned] });
  const last = await aText(200);
  const seen: number[] = [];
  const { fixed, failed } = await fixBillableUnits(app, { batchSize: 2, onProgress: (done) => seen.push(done) });
  expect([...fixed.values()]).toEqual([4]);
  expect(failed).toEqual([
    { id: sealed, problem: expect.any(String) },
    { id: unversioned, problem: `The template ${sms.id} has no version 9` },
  ]);
  expect(await unitsOf(...good, last)).toEqual([1, 2, 1, 2]);
  expect(seen).toEqual([2, 4, 6]);
});

it('stops between portions, and goes on when it runs again', async () => {
  const ids = [await aText(200), await aText(200), await aText(200)];
  const stop = new AbortController();
  const work = fixBillableUnits(app, { batchSize: 1, signal: stop.signal, onProgress: () => stop.abort() });
  await expect(work).rejects.toThrow(/abort/i);
  expect(await unitsOf(...ids)).toEqual([2, 0, 0]);
  expect((await fixBillableUnits(app)).fixed).toEqual(new Map([['2021-06-05', 2]]));
  expect(await unitsOf(...ids)).toEqual([2, 2, 2]);
});
