import { beforeAll, describe, expect, it } from 'vitest';
import type { NotificationStatus } from '../../src/lib/notifications/notification-status.ts';
import { renderNotification, showNotification } from '../../src/lib/notifications/show-notification.ts';
import type { Service } from '../../src/lib/services/service.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { useApi } from './api.ts';
import { createTestClock } from './test-clock.ts';

const clock = createTestClock('2000-12-01T00:00:00.000Z');
const api = useApi({ clock });
let service: Service;
let key: string;
let template: Template;

beforeAll(async () => {
  service = await aService(api);
  key = (await anApiKey(api, service.id)).text;
  template = await aTemplate(api, service.id, { templateType: 'letter', subject: 'A & B', content: 'Hello ((name))' });
});

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- compared with what is expected
async function send(personalisation: object, templateId = template.id): Promise<any> {
  const answer = await api.call('/v2/notifications/letter', {
    method: 'POST',
    key,
    body: { template_id: templateId, personalisation, reference: 'r' },
  });
  expect(answer.status, answer.text).toBe(201);
  const { id } = answer.json as { id: string };
  return (await api.call(`/v2/notifications/${id}`, { key })).json;
}

async function change(id: string, assignments: string): Promise<Record<string, unknown>> {
  await api.db.query({ text: `UPDATE notifications SET ${assignments} WHERE id = $1`, values: [id] });
  return (await api.call(`/v2/notifications/${id}`, { key })).json as Record<string, unknown>;
}

const address = {
  address_line_1: 'Her Majesty',
  address_line_2: 'Buckingham  Palace ,',
  postcode: 'sw1a1aa',
  name: 'Ada',
};

describe('a letter', () => {
  it('shows every member', async () => {
    const shown = await send(address);
    expect(shown).toEqual({
      id: shown.id,
      reference: 'r',
      email_address: null,
      phone_number: null,
      line_1: 'Her Majesty',
      line_2: 'Buckingham  Palace ,',
      line_3: null,
      line_4: null,
      line_5: null,
      line_6: null,
      postcode: 'sw1a1aa',
      type: 'letter',
      status: 'accepted',
      template: { id: template.id, version: 1, uri: `${api.url}/v2/template/${template.id}/version/1` },
      body: 'Hello Ada',
      subject: 'A &amp; B',
      created_at: '2000-12-01T00:00:00.000000Z',
      created_by_name: null,
      sent_at: null,
      completed_at: null,
      scheduled_for: null,
      postage: 'second',
      one_click_unsubscribe_url: null,
      cost_details: {},
      cost_in_pounds: null,
      is_cost_data_ready: false,
      estimated_delivery: '2000-12-11T16:00:00.000000Z',
    });
  });

  it('shows the lines of its address as they were sent', async () => {
    const lines = {
      address_line_1: 'A',
      address_line_2: 2,
      address_line_3: ' c ',
      address_line_4: '',
      address_line_5: 'E',
      address_line_6: 'France',
      name: 'Ada',
    };
    expect(await send(lines)).toMatchObject({
      line_1: 'A',
      line_2: '2',
      line_3: ' c ',
      line_4: '',
      line_5: 'E',
      line_6: 'France',
      postcode: null,
      postage: 'europe',
      estimated_delivery: '2000-12-12T16:00:00.000000Z',
    });
  });

  const estimates: [postage: string, created: string, expected: string][] = [
    ['first', '2000-12-01 00:00:00', '2000-12-05T16:00:00.000000Z'],
    ['second', '2000-12-01 00:00:00', '2000-12-11T16:00:00.000000Z'],
    ['economy', '2000-12-01 00:00:00', '2000-12-13T16:00:00.000000Z'],
    ['second', '2000-06-01 00:00:00', '2000-06-09T15:00:00.000000Z'],
    ['first', '2000-12-01 00:00:12.345', '2000-12-05T16:00:12.345000Z'],
  ];
  for (const [postage, created, expected] of estimates) {
    it(`by ${postage}, created ${created}, is estimated to arrive ${expected}`, async () => {
      const { id } = (await send(address)) as { id: string };
      const shown = await change(id, `postage = '${postage}', created_at = '${created}'`);
      expect(shown).toMatchObject({ postage, estimated_delivery: expected });
    });
  }

  it('is the only message with an estimate', async () => {
    const sms = await aTemplate(api, service.id, { content: 'Hello' });
    const { json } = await api.call('/v2/notifications/sms', {
      method: 'POST',
      key,
      body: { phone_number: '07900900123', template_id: sms.id },
    });
    const shown = await api.call(`/v2/notifications/${(json as { id: string }).id}`, { key });
    expect(shown.json).not.toHaveProperty('estimated_delivery');
  });
});

describe('what an operator sees of a letter', () => {
  it('is its message, without the layout of an email', async () => {
    const { id } = (await send({ ...address, name: '<Ada>' })) as { id: string };
    const rendered = await renderNotification(api, await showNotification(api, { notificationId: id }));
    expect(rendered).toEqual({
      subject: 'A &amp; B',
      text: 'Hello <Ada>',
      html: '<p>Hello &lt;Ada&gt;</p>',
      fragmentCount: null,
    });
  });
});

describe('what a letter costs', () => {
  const notKnown = { cost_details: {}, cost_in_pounds: null, is_cost_data_ready: false };
  const nothing = {
    cost_details: { billable_sheets_of_paper: 0, postage: 'second' },
    cost_in_pounds: 0,
    is_cost_data_ready: true,
  };
  const rows: [NotificationStatus, shown: string, units: number, cost: object][] = [
    ['pending-virus-check', 'pending-virus-check', 0, notKnown],
    ['created', 'accepted', 0, notKnown],
    ['created', 'accepted', 2, notKnown],
    ['sending', 'accepted', 2, notKnown],
    ['delivered', 'received', 2, notKnown],
    ['returned-letter', 'received', 2, notKnown],
    ['cancelled', 'cancelled', 2, nothing],
    ['technical-failure', 'technical-failure', 0, nothing],
    ['validation-failed', 'validation-failed', 0, nothing],
    ['virus-scan-failed', 'virus-scan-failed', 0, nothing],
  ];
  for (const [status, shown, units, cost] of rows) {
    it(`in ${status}, of ${units} sheets, is ${cost === nothing ? 'nothing' : 'not known'}`, async () => {
      const { id } = (await send(address)) as { id: string };
      const letter = await change(id, `notification_status = '${status}', billable_units = ${units}`);
      expect(letter).toMatchObject({ status: shown, ...cost });
      expect(letter['cost_details']).toEqual((cost as typeof nothing).cost_details);
    });
  }
});

describe('when a letter was completed', () => {
  const rows: [NotificationStatus, boolean][] = [
    ['pending-virus-check', false],
    ['created', false],
    ['sending', false],
    ['delivered', true],
    ['returned-letter', true],
    ['cancelled', true],
    ['technical-failure', true],
    ['validation-failed', true],
    ['virus-scan-failed', false],
  ];
  for (const [status, isCompleted] of rows) {
    it(`is ${isCompleted ? 'known' : 'not known'} in ${status}`, async () => {
      const { id } = (await send(address)) as { id: string };
      const letter = await change(id, `notification_status = '${status}', updated_at = '2000-12-02'`);
      expect(letter['completed_at']).toBe(isCompleted ? '2000-12-02T00:00:00.000000Z' : null);
    });
  }
});
