import { beforeAll, describe, expect, it } from 'vitest';
import { findById } from '../../src/lib/find/find-by-id.ts';
import { findables } from '../../src/lib/find/findable.ts';
import { saveInboundNumber } from '../../src/lib/inbound/save-inbound-number.ts';
import { createOrganisation } from '../../src/lib/organisations/create-organisation.ts';
import { addSender } from '../../src/lib/services/add-sender.ts';
import { systemUserId } from '../../src/lib/users/user.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { useTestApp } from '../support/test-app.ts';

const app = useTestApp();

const known = new Map<string, { id: string; facts: object; command: string | null }>();
let serviceId = '';

async function insert(table: string, row: Readonly<Record<string, unknown>>): Promise<void> {
  const names = Object.keys(row);
  const places = names.map((_, index) => `$${index + 1}`);
  await app.db.query({
    text: `INSERT INTO ${table} (${names.join(', ')}) VALUES (${places.join(', ')})`,
    values: Object.values(row),
  });
}

beforeAll(async () => {
  const service = await aService(app, { name: 'Finders' });
  serviceId = service.id;
  const template = await aTemplate(app, serviceId, { name: 'Keepers' });
  const { apiKey } = await anApiKey(app, serviceId, { name: 'Web app' });
  const sms = await addSender(app, { serviceId, type: 'sms', value: 'FINDERS', isDefault: true });
  const email = await addSender(app, { serviceId, type: 'email', value: 'finders@example.com', isDefault: true });
  const letter = await addSender(app, { serviceId, type: 'letter', value: '1 High Street', isDefault: true });
  const created_at = app.clock.now();
  const [notification, archived, received, document, unsubscribe, inbound] = Array.from({ length: 6 }, () =>
    app.ids.uuid(),
  ) as [string, string, string, string, string, string];
  const message = {
    service_id: serviceId,
    template_id: template.id,
    template_version: 1,
    key_type: 'normal',
    notification_type: 'sms',
    notification_status: 'delivered',
    created_at,
  };
  await insert('notifications', { ...message, id: notification, '"to"': '07700900123' });
  await insert('notification_history', { ...message, id: archived, billable_units: 1, international: false });
  await saveInboundNumber(app, { id: inbound, number: '07700900777', provider: 'sandbox', serviceId });
  await insert('inbound_sms', {
    id: received,
    created_at,
    service_id: serviceId,
    notify_number: '07700900777',
    user_number: '447700900123',
    provider: 'sandbox',
    content: 'sealed',
  });
  await insert('documents', {
    id: document,
    service_id: serviceId,
    mimetype: 'text/plain',
    extension: 'txt',
    size_bytes: 5,
    key_digest: Buffer.from('digest'),
    available_until: created_at,
    created_at,
  });
  const complaint = app.ids.uuid();
  await insert('complaints', {
    id: complaint,
    notification_id: notification,
    service_id: serviceId,
    complaint_type: 'abuse',
    created_at,
  });
  const callback = app.ids.uuid();
  await insert('service_callback_api', {
    id: callback,
    service_id: serviceId,
    callback_type: 'complaint',
    url: 'https://example.gov.uk/',
    bearer_token: 'sealed',
    updated_by_id: systemUserId,
    version: 1,
    created_at,
  });
  await insert('unsubscribe_request', {
    id: unsubscribe,
    notification_id: notification,
    template_id: template.id,
    template_version: 1,
    service_id: serviceId,
    email_address: 'a@example.com',
    created_at,
  });
  const [job, list] = [app.ids.uuid(), app.ids.uuid()];
  const ofFile = { service_id: serviceId, created_by_id: systemUserId, original_file_name: 'people.csv', created_at };
  await insert('service_contact_list', { ...ofFile, id: list, row_count: 3, template_type: 'sms' });
  const made = { template_id: template.id, template_version: 1, notification_count: 3, contact_list_id: list };
  await insert('jobs', { ...ofFile, ...made, id: job });
  const attachment = app.ids.uuid();
  const form = { original_filename: 'form.pdf', page_count: 2, created_by_id: systemUserId, created_at };
  await insert('letter_attachment', { ...form, id: attachment, service_id: serviceId });
  const [broadcast, event, providerMessage] = [app.ids.uuid(), app.ids.uuid(), app.ids.uuid()];
  await insert('broadcast_message', {
    id: broadcast,
    service_id: serviceId,
    content: 'Flood',
    status: 'broadcasting',
    created_by_id: systemUserId,
    reference: 'flood-7',
    stubbed: false,
    created_at,
  });
  await insert('broadcast_event', {
    id: event,
    service_id: serviceId,
    broadcast_message_id: broadcast,
    sent_at: created_at,
    message_type: 'alert',
    transmitted_areas: '{}',
    transmitted_sender: 'broadcasts@notifications.service.gov.uk',
    transmitted_finishes_at: created_at,
  });
  const sending = { broadcast_event_id: event, provider: 'ee', status: 'sending' };
  await insert('broadcast_provider_message', { ...sending, id: providerMessage, created_at });
  const { rows } = await app.db.query<{ id: string }>(
    `SELECT id FROM provider_details WHERE identifier = 'sandbox' AND notification_type = 'sms'`,
  );
  const of = { service_id: serviceId };
  const { id: organisation } = await createOrganisation(app, { name: 'Lost property', organisationType: 'local' });
  const senders = `notify services senders list ${serviceId} --type`;
  for (const [type, id, facts, command] of [
    ['service', serviceId, { name: 'Finders', active: true, version: 1 }, `notify services show ${serviceId}`],
    [
      'organisation',
      organisation,
      { name: 'Lost property', active: true, organisation_type: 'local' },
      `notify organisations show ${organisation}`,
    ],
    ['template', template.id, { ...of, name: 'Keepers', version: 1 }, `notify templates show ${template.id}`],
    ['api key', apiKey.id, { ...of, name: 'Web app' }, `notify api-keys list --service ${serviceId}`],
    [
      'notification',
      notification,
      { ...of, notification_status: 'delivered' },
      `notify notifications trace ${notification}`,
    ],
    ['archived notification', archived, { ...of, template_id: template.id }, null],
    ['job', job, { ...of, original_file_name: 'people.csv', job_status: 'pending' }, `notify jobs show ${job}`],
    ['contact list', list, { ...of, original_file_name: 'people.csv', row_count: 3 }, null],
    ['user', systemUserId, { name: 'Notify', state: 'active' }, null],
    ['sms sender', sms.id, { ...of, sms_sender: 'FINDERS', is_default: true }, `${senders} sms`],
    ['reply-to address', email.id, { ...of, email_address: 'finders@example.com' }, `${senders} email`],
    ['letter contact', letter.id, { ...of, contact_block: '1 High Street' }, `${senders} letter`],
    ['letter attachment', attachment, { ...of, original_filename: 'form.pdf', page_count: 2 }, null],
    ['inbound number', inbound, { ...of, number: '07700900777' }, null],
    ['received text', received, { ...of, notify_number: '07700900777' }, null],
    ['document', document, { ...of, mimetype: 'text/plain', size_bytes: 5 }, null],
    [
      'callback',
      callback,
      { ...of, callback_type: 'complaint', version: 1 },
      `notify services callbacks list ${serviceId}`,
    ],
    ['unsubscribe request', unsubscribe, { ...of, notification_id: notification }, null],
    ['complaint', complaint, { ...of, notification_id: notification, complaint_type: 'abuse' }, null],
    ['broadcast', broadcast, { ...of, reference: 'flood-7', stubbed: false }, `notify broadcasts show ${broadcast}`],
    ['broadcast event', event, { ...of, broadcast_message_id: broadcast, message_type: 'alert' }, null],
    ['broadcast provider message', providerMessage, sending, null],
    ['provider', rows[0]!.id, { identifier: 'sandbox', notification_type: 'sms' }, null],
  ] as const) {
    known.set(type, { id, facts, command });
  }
});

describe('an id', () => {
  it.each(findables.map(({ type }) => type))('of %s is told', async (type) => {
    const expected = known.get(type);
    expect(expected, 'every kind needs an example in this test').toBeDefined();
    const { id, facts, command } = expected!;
    const found = await findById(app, id);
    expect(found).toMatchObject({ id, type, facts, command });
  });

  it('of nothing is not found', async () => {
    const id = app.ids.uuid();
    await expect(findById(app, id)).rejects.toMatchObject({ code: 'NOT_FOUND', message: `Nothing has the id '${id}'` });
  });
});

describe('what is looked into', () => {
  it('has its primary key as the only condition', async () => {
    const { rows } = await app.db.query<{ table: string; key: string }>(
      `SELECT conrelid::regclass::text AS table, string_agg(attname, ',') AS key FROM pg_constraint
       JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey) WHERE contype = 'p' GROUP BY conrelid`,
    );
    const keys = new Map(rows.map(({ table, key }) => [table, key]));
    for (const { table } of findables) expect(keys.get(table), table).toBe('id');
  });

  it('shows no secret, content or recipient', () => {
    const hidden = /secret|password|content|personalisation|digest|^to$|normalised_to|user_number|session|token/;
    for (const { table, columns } of findables) {
      expect(
        columns.filter((column) => hidden.test(column)),
        table,
      ).toEqual([]);
    }
  });
});
