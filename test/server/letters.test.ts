import { beforeAll, describe, expect, it } from 'vitest';
import { keyTypes, type KeyType } from '../../src/lib/api-keys/api-key.ts';
import { findNotification } from '../../src/lib/notifications/notification-repository.ts';
import type { Notification } from '../../src/lib/notifications/notification.ts';
import type { Service } from '../../src/lib/services/service.ts';
import type { CreateTemplateInput } from '../../src/lib/templates/create-template.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { storedJobs, type StoredJob } from '../support/queue-probe.ts';
import { useApi, type ApiAnswer } from './api.ts';
import { createTestClock } from './test-clock.ts';

const clock = createTestClock('2026-03-10T12:00:05.123Z');
const api = useApi({ clock });
const address = { address_line_1: 'Her Majesty', address_line_2: ' Buckingham  Palace ,', postcode: 'sw1a1aa' };

let live: Service;
let trial: Service;
const keys = {} as Record<KeyType, string>;
const trialKeys = {} as Record<KeyType, string>;

beforeAll(async () => {
  live = await aService(api);
  trial = await aService(api, { live: false });
  for (const keyType of keyTypes) {
    keys[keyType] = (await anApiKey(api, live.id, { keyType })).text;
    trialKeys[keyType] = (await anApiKey(api, trial.id, { keyType })).text;
  }
});

function post(body: unknown, key = keys.normal, headers: Record<string, string> = {}): Promise<ApiAnswer> {
  return api.call('/v2/notifications/letter', { method: 'POST', key, body, headers });
}

function letterTemplate(input: Partial<CreateTemplateInput> = {}, serviceId = live.id): Promise<Template> {
  return aTemplate(api, serviceId, { templateType: 'letter', subject: 'Main heading', content: 'Hello', ...input });
}

async function change(templateId: string, assignment: string, ...values: unknown[]): Promise<void> {
  for (const table of ['templates', 'templates_history']) {
    await api.db.query({ text: `UPDATE ${table} SET ${assignment} WHERE id = $1`, values: [templateId, ...values] });
  }
}

async function giveContactBlock(templateId: string, text: string): Promise<void> {
  const id = api.ids.uuid();
  await api.db.query({
    text: `INSERT INTO service_letter_contacts (id, service_id, contact_block, is_default, created_at)
           SELECT $1, service_id, $2, false, now() FROM templates WHERE id = $3`,
    values: [id, text, templateId],
  });
  await change(templateId, 'service_letter_contact_id = $2', id);
}

async function stored({ json }: ApiAnswer): Promise<Notification> {
  return (await findNotification(api.db, api.secretBox, (json as { id: string }).id))!;
}

async function jobsOf({ json }: ApiAnswer): Promise<StoredJob[]> {
  return (await storedJobs(api.db)).filter(({ subject }) => subject === (json as { id: string }).id);
}

async function countNotifications(): Promise<number> {
  const { rows } = await api.db.query<{ count: number }>('SELECT count(*)::int AS count FROM notifications');
  return rows[0]!.count;
}

describe('a letter', () => {
  it('is answered 201 with these members and no others', async () => {
    const template = await letterTemplate({
      subject: "A & B <i> it's - ((name))",
      content: 'Hello ((address_line_1))',
    });
    const answer = await post({
      template_id: template.id,
      personalisation: { ...address, name: '"Ada"' },
      reference: 'my reference',
    });
    expect(answer.status).toBe(201);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    const { id } = answer.json as { id: string };
    expect(answer.json).toEqual({
      id,
      reference: 'my reference',
      content: { body: 'Hello Her Majesty', subject: 'A &amp; B &lt;i&gt; it’s – “Ada”' },
      uri: `${api.url}/v2/notifications/${id}`,
      template: { id: template.id, version: 1, uri: `${api.url}/services/${live.id}/templates/${template.id}` },
      scheduled_for: null,
    });
  });

  it('is stored with everything that its making needs, together with the job that makes it', async () => {
    const template = await letterTemplate();
    const answer = await post({ template_id: template.id, personalisation: { ...address, unused: [1, null] } });
    const letter = await stored(answer);
    expect(letter).toMatchObject({
      serviceId: live.id,
      notificationType: 'letter',
      to: 'Her Majesty\nBuckingham Palace\nSW1A 1AA',
      normalisedTo: 'hermajestybuckinghampalacesw1a1aa',
      templateId: template.id,
      templateVersion: 1,
      keyType: 'normal',
      status: 'created',
      clientReference: null,
      personalisation: { ...address, unused: [1, null] },
      billableUnits: 0,
      international: false,
      phonePrefix: null,
      rateMultiplier: null,
      postage: 'second',
      replyToText: null,
      createdById: null,
      createdAt: clock.now(),
      sentAt: null,
      sentBy: null,
      updatedAt: null,
      jobId: null,
    });
    expect(letter.reference).toMatch(/^[A-Z0-9]{16}$/);
    expect(letter.apiKeyId).not.toBeNull();
    expect(await jobsOf(answer)).toMatchObject([
      {
        queue: 'create-letters-pdf',
        task: 'get-pdf-for-templated-letter',
        args: { notificationId: letter.id },
        state: 'created',
        attempt: 1,
        delay: 0,
      },
    ]);
  });

  it('has a print reference of its own, and the caller’s beside it', async () => {
    const template = await letterTemplate();
    const body = { template_id: template.id, personalisation: address, reference: 'ABCDEF1234567890' };
    const letters = [await stored(await post(body)), await stored(await post(body))];
    for (const letter of letters) expect(letter.clientReference).toBe('ABCDEF1234567890');
    expect(new Set([...letters.map(({ reference }) => reference), 'ABCDEF1234567890']).size).toBe(3);
  });

  it('keeps the contact block that it is sent with', async () => {
    const template = await letterTemplate();
    await giveContactBlock(template.id, '((office))\n1 Street\nLondon');
    const answer = await post({ template_id: template.id, personalisation: { ...address, office: 'Office' } });
    expect((await stored(answer)).replyToText).toBe('((office))\n1 Street\nLondon');
  });

  it('goes by the postage of its template in the United Kingdom', async () => {
    for (const postage of ['first', 'second', 'economy'] as const) {
      const template = await letterTemplate({ postage });
      const letter = await stored(await post({ template_id: template.id, personalisation: address }));
      expect(letter).toMatchObject({ postage, international: false });
    }
  });

  const abroad: [country: string, postage: string, printed: string][] = [
    ['deutschland', 'europe', 'Germany'],
    ['Canada', 'rest-of-world', 'Canada'],
  ];
  for (const [country, postage, printed] of abroad) {
    it(`to ${country} goes by ${postage}, whatever its template says`, async () => {
      const template = await letterTemplate({ postage: 'first' });
      const personalisation = { address_line_1: 'A', address_line_2: 'B', address_line_3: country };
      const letter = await stored(await post({ template_id: template.id, personalisation }));
      expect(letter).toMatchObject({ postage, international: true, to: `A\nB\n${printed}` });
      expect(letter.normalisedTo).toBe(`ab${printed.toLowerCase()}`);
    });
  }

  it('takes line 7 instead of the postcode when line 7 is there', async () => {
    const template = await letterTemplate();
    const lines = { ...address, postcode: 'nonsense', address_line_7: 'SW1A 1AA' };
    const letter = await stored(await post({ template_id: template.id, personalisation: lines }));
    expect(letter.to).toBe('Her Majesty\nBuckingham Palace\nSW1A 1AA');
  });

  it('is taken however long its reference and its address are', async () => {
    const long = (length: number): string =>
      Array.from({ length }, (_, index) => String.fromCodePoint(0x4e00 + ((index * 7919) % 20_000))).join('');
    const template = await letterTemplate();
    const line = `1 ${long(3000)}`;
    const answer = await post({
      template_id: template.id,
      personalisation: { ...address, address_line_1: line },
      reference: long(1000),
    });
    expect((await stored(answer)).to.startsWith(line)).toBe(true);
    const { id } = answer.json as { id: string };
    const found = await api.call(`/v2/notifications?reference=${encodeURIComponent(long(1000))}`, { key: keys.normal });
    expect(found.json.notifications).toMatchObject([{ id, line_1: line }]);
    const other = await api.call(`/v2/notifications?reference=${encodeURIComponent(long(999))}`, { key: keys.normal });
    expect(other.json.notifications).toEqual([]);
  });

  it('counts towards the day’s letters, unless a test key sent it', async () => {
    const service = await aService(api);
    const template = await letterTemplate({}, service.id);
    const body = { template_id: template.id, personalisation: address };
    for (const keyType of ['normal', 'test', 'normal'] as const) {
      expect((await post(body, (await anApiKey(api, service.id, { keyType })).text)).status).toBe(201);
    }
    const { rows } = await api.db.query({
      text: `SELECT counted, day::text, count FROM daily_counts WHERE service_id = $1`,
      values: [service.id],
    });
    expect(rows).toEqual([{ counted: 'letter', day: '2026-03-10', count: 2 }]);
  });

  it('is made once for the requests with one Idempotency-Key', async () => {
    const body = { template_id: (await letterTemplate()).id, personalisation: address };
    const first = await post(body, keys.normal, { 'Idempotency-Key': 'letter 1' });
    const count = await countNotifications();
    const second = await post(body, keys.normal, { 'Idempotency-Key': 'letter 1' });
    expect(second).toMatchObject({ status: 201, text: first.text, headers: { 'idempotent-replayed': 'true' } });
    expect(await countNotifications()).toBe(count);
  });
});

describe('a letter of a test key', () => {
  for (const mode of ['live', 'trial'] as const) {
    it(`of a service that is ${mode} is delivered at once, and made all the same`, async () => {
      const service = mode === 'live' ? live : trial;
      const template = await letterTemplate({}, service.id);
      const key = (mode === 'live' ? keys : trialKeys).test;
      const answer = await post({ template_id: template.id, personalisation: address }, key);
      expect(await stored(answer)).toMatchObject({
        keyType: 'test',
        status: 'delivered',
        updatedAt: clock.now(),
        sentAt: null,
        sentBy: null,
        billableUnits: 0,
      });
      expect(await jobsOf(answer)).toMatchObject([{ queue: 'research-mode', task: 'get-pdf-for-templated-letter' }]);
    });
  }
});
