/** What notifications cost, in v2 (public API sheet §7.1). */
import { beforeAll, expect, it } from 'vitest';
import { newServicePermissions } from '../../src/lib/services/service.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { anApiKey, aService, aTemplate } from '../support/builders.ts';
import { useApi } from './api.ts';
import { insertRows } from './notification-rows.ts';
import { createTestClock } from './test-clock.ts';

const clock = createTestClock('2026-05-01T12:00:00Z');
const api = useApi({ clock });

let key: string;
let sms: Template;
let letter: Template;
beforeAll(async () => {
  const { id } = await aService(api, { permissions: [...newServicePermissions] });
  key = (await anApiKey(api, id)).text;
  sms = await aTemplate(api, id, { content: 'Hello' });
  letter = await aTemplate(api, id, { templateType: 'letter', content: 'Hello', subject: 'Hello' });
});

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests compare it with what they expect
const show = async (id: string): Promise<any> => (await api.call(`/v2/notifications/${id}`, { key })).json;

it('a text costs its fragments, times the multiplier, at the rate of its day', async () => {
  const sent = { status: 'delivered', billableUnits: 3, rateMultiplier: 2 } as const;
  const cost = (rate: number, pounds: number): object => ({
    cost_details: { billable_sms_fragments: 3, international_rate_multiplier: 2, sms_rate: rate },
    cost_in_pounds: pounds,
    is_cost_data_ready: true,
  });
  const before = await insertRows(api, sms, { ...sent, createdAt: '2026-03-31T22:59:59Z' });
  const after = await insertRows(api, sms, { ...sent, createdAt: '2026-03-31T23:00:00Z' });
  expect(await show(before)).toMatchObject(cost(0.0233, 0.1398));
  expect(await show(after)).toMatchObject(cost(0.024, 0.144));
  const { json } = await api.call('/v2/notifications', { key });
  const listed = json.notifications.find((each: { id: string }) => each.id === after);
  expect(listed).toMatchObject(cost(0.024, 0.144));
});

it('a letter costs what its sheets and postage do; without a rate that is not known', async () => {
  const sent = { status: 'delivered', postage: 'second', billableUnits: 2 } as const;
  expect(await show(await insertRows(api, letter, sent))).toMatchObject({
    cost_details: { billable_sheets_of_paper: 2, postage: 'second' },
    cost_in_pounds: 0.77,
    is_cost_data_ready: true,
  });
  expect(await show(await insertRows(api, letter, { ...sent, billableUnits: 6 }))).toMatchObject({
    cost_details: {},
    cost_in_pounds: null,
    is_cost_data_ready: false,
  });
});
