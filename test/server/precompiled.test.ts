import { beforeAll, describe, expect, it } from 'vitest';
import { keyTypes, type KeyType } from '../../src/lib/api-keys/api-key.ts';
import { AppError } from '../../src/lib/core/errors.ts';
import { findNotification } from '../../src/lib/notifications/notification-repository.ts';
import type { Notification } from '../../src/lib/notifications/notification.ts';
import type { ObjectStore } from '../../src/lib/storage/object-store.ts';
import type { Service } from '../../src/lib/services/service.ts';
import { aService, anApiKey } from '../support/builders.ts';
import { storedJobs } from '../support/queue-probe.ts';
import { createTestApp, startTestServer } from '../support/test-app.ts';
import { callApi, useApi, v2Error, type ApiAnswer } from './api.ts';
import { createTestClock } from './test-clock.ts';

const clock = createTestClock('2026-03-10T18:00:05.123Z');
const api = useApi({ clock });
const pdf = Buffer.from('%PDF-1.7\n\x00\xff any bytes', 'latin1');
const content = pdf.toString('base64');

let live: Service;
let trial: Service;
const keys = {} as Record<KeyType, string>;

beforeAll(async () => {
  live = await aService(api);
  trial = await aService(api, { live: false });
  for (const keyType of keyTypes) keys[keyType] = (await anApiKey(api, live.id, { keyType })).text;
});

function post(body: unknown, key = keys.normal, headers: Record<string, string> = {}): Promise<ApiAnswer> {
  return api.call('/v2/notifications/letter', { method: 'POST', key, body, headers });
}

async function stored({ json }: ApiAnswer): Promise<Notification> {
  return (await findNotification(api.db, api.secretBox, (json as { id: string }).id))!;
}

async function countOf(table: 'notifications' | 'templates', serviceId = live.id): Promise<number> {
  const { rows } = await api.db.query<{ count: number }>({
    text: `SELECT count(*)::int AS count FROM ${table} WHERE service_id = $1`,
    values: [serviceId],
  });
  return rows[0]!.count;
}

async function expectRefused(
  answer: ApiAnswer,
  message: string,
  error = 'BadRequestError',
  status = 400,
): Promise<void> {
  expect(answer.json).toEqual(v2Error(status, error, message));
  expect(answer.status).toBe(status);
}

describe('a precompiled letter', () => {
  it('is answered 201 with these members and no others', async () => {
    for (const [given, postage] of [
      [undefined, 'second'],
      ['first', 'first'],
      ['second', 'second'],
      ['economy', 'economy'],
    ]) {
      const answer = await post({ reference: 'my reference', content, ...(given !== undefined && { postage: given }) });
      expect(answer.status).toBe(201);
      const { id } = answer.json as { id: string };
      expect(answer.json).toEqual({ id, reference: 'my reference', postage });
    }
  });

  it('is stored to wait for its check, with its file and the job that goes on', async () => {
    const answer = await post({ reference: 'my reference', content, postage: 'first' });
    const letter = await stored(answer);
    expect(letter).toMatchObject({
      serviceId: live.id,
      notificationType: 'letter',
      to: 'Provided as PDF',
      normalisedTo: 'providedaspdf',
      keyType: 'normal',
      status: 'pending-virus-check',
      clientReference: 'my reference',
      billableUnits: 0,
      international: false,
      postage: 'first',
      replyToText: null,
      createdAt: clock.now(),
      updatedAt: null,
    });
    expect(letter.reference).toMatch(/^[A-Z0-9]{16}$/);
    const key = `NOTIFY.${letter.reference}.D.1.C.20260310180005.PDF`;
    expect(await api.storage.read('letters-scan', key)).toEqual(pdf);
    const jobs = (await storedJobs(api.db)).filter(({ subject }) => subject === letter.id);
    expect(jobs).toMatchObject([
      { queue: 'letters', task: 'sanitise-letter', args: { notificationId: letter.id }, state: 'created', delay: 0 },
    ]);
  });

  it('of a test key waits in the queue of test keys, of a service in trial mode, too', async () => {
    const ofTrial = (await anApiKey(api, trial.id, { keyType: 'test' })).text;
    for (const key of [keys.test, ofTrial]) {
      const letter = await stored(await post({ reference: '', content }, key));
      expect(letter).toMatchObject({ keyType: 'test', status: 'pending-virus-check', clientReference: '' });
      const jobs = (await storedJobs(api.db)).filter(({ subject }) => subject === letter.id);
      expect(jobs).toMatchObject([{ queue: 'research-mode', task: 'sanitise-letter' }]);
    }
  });

  it('is shown under the hidden template', async () => {
    const { json } = await post({ reference: 'r', content });
    const { id } = json as { id: string };
    const shown = await api.call(`/v2/notifications/${id}`, { key: keys.normal });
    expect(shown.json).toMatchObject({
      id,
      reference: 'r',
      type: 'letter',
      status: 'pending-virus-check',
      body: '',
      subject: 'Pre-compiled PDF',
      line_1: 'Provided as PDF',
      line_2: null,
      postcode: null,
      postage: 'second',
      // Created after half past five on a Tuesday: printed on Thursday.
      estimated_delivery: '2026-03-19T16:00:05.123000Z',
      completed_at: null,
      cost_details: {},
      cost_in_pounds: null,
      is_cost_data_ready: false,
    });
  });

  it('is taken with any reference, and with as much of it as there is', async () => {
    const reference = Array.from({ length: 5000 }, (_, index) => String.fromCodePoint(0x4e00 + index)).join('');
    expect((await stored(await post({ reference, content }))).clientReference).toBe(reference);
  });

  it('is made once for the requests with one Idempotency-Key', async () => {
    const body = { reference: 'r', content };
    const first = await post(body, keys.normal, { 'Idempotency-Key': 'precompiled 1' });
    const count = await countOf('notifications');
    const second = await post(body, keys.normal, { 'Idempotency-Key': 'precompiled 1' });
    expect(second).toMatchObject({ status: 201, text: first.text, headers: { 'idempotent-replayed': 'true' } });
    expect(await countOf('notifications')).toBe(count);
  });
});

describe('the hidden template', () => {
  it('is made once, by whichever of many requests in two processes comes first', async () => {
    const other = await createTestApp({ databaseUrl: api.databaseUrl, clock });
    const server = await startTestServer(other);
    try {
      const service = await aService(api);
      const key = (await anApiKey(api, service.id)).text;
      const call = { method: 'POST', key, body: { reference: 'r', content } };
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          callApi(index % 2 === 0 ? api.url : server.url, '/v2/notifications/letter', call, clock.now()),
        ),
      );
      for (const answer of answers) expect(answer.status, answer.text).toBe(201);
      expect(await countOf('notifications', service.id)).toBe(12);
      const { rows } = await api.db.query({
        text: `SELECT t.name, t.subject, t.content, t.template_type, t.hidden, t.archived, t.postage, t.version,
                 (SELECT count(DISTINCT n.template_id)::int FROM notifications n WHERE n.service_id = $1) AS used
               FROM templates t JOIN templates_history h ON h.id = t.id AND h.version = t.version
               WHERE t.service_id = $1`,
        values: [service.id],
      });
      expect(rows).toEqual([
        {
          name: 'Pre-compiled PDF',
          subject: 'Pre-compiled PDF',
          content: '',
          template_type: 'letter',
          hidden: true,
          archived: false,
          postage: 'second',
          version: 1,
          used: 1,
        },
      ]);
    } finally {
      await server.close();
      await other.close();
    }
  });

  it('cannot be sent with', async () => {
    const { templateId } = await stored(await post({ reference: 'r', content }));
    await expectRefused(await post({ template_id: templateId, personalisation: {} }), 'Template not found');
  });
});

describe('a body with a content that does not fit the schema', () => {
  const postageProblem = 'postage invalid. It must be either first, second or economy.';
  const rows: [what: string, body: object, ...messages: string[]][] = [
    ['no reference', { content }, 'reference is a required property'],
    [
      'no content to speak of',
      { content: null },
      'content None is not of type string',
      'reference is a required property',
    ],
    [
      'wrong types',
      { reference: 1, content: 5 },
      'reference 1 is not of type string',
      'content 5 is not of type string',
    ],
    ['no such postage', { reference: 'r', content, postage: 'third' }, postageProblem],
    ['the postage of a country', { reference: 'r', content, postage: 'europe' }, postageProblem],
    ['no postage at all', { reference: 'r', content, postage: '' }, postageProblem],
    ['a postage that is null', { reference: 'r', content, postage: null }, 'postage None is not of type string'],
    [
      'members of a letter with a template',
      { reference: 'r', content, template_id: 'x', personalisation: {} },
      'Additional properties are not allowed (personalisation, template_id were unexpected)',
    ],
  ];
  for (const [what, body, ...messages] of rows) {
    it(`is refused with every problem: ${what}`, async () => {
      expect((await post(body)).json).toEqual(v2Error(400, 'ValidationError', ...messages));
    });
  }
});

describe('the first check that fails answers', () => {
  it('the schema, the permission, the key, trial mode, the base64', async () => {
    const broken = { reference: 'r', content: 'hi' };
    const service = await aService(api, { permissions: ['sms'], live: false });
    const team = (await anApiKey(api, service.id, { keyType: 'team' })).text;
    await expectRefused(await post({ content: 'hi' }, team), 'reference is a required property', 'ValidationError');
    await expectRefused(await post(broken, team), 'Service is not allowed to send letters');

    const ofTrial = async (keyType: KeyType): Promise<string> => (await anApiKey(api, trial.id, { keyType })).text;
    const refusal = ['BadRequestError', 403] as const;
    await expectRefused(
      await post(broken, await ofTrial('team')),
      'Cannot send letters with a team api key',
      ...refusal,
    );
    await expectRefused(
      await post(broken, await ofTrial('normal')),
      'Cannot send letters when service is in trial mode',
      ...refusal,
    );
    const undecodable = 'Cannot decode letter content (invalid base64 encoding)';
    await expectRefused(await post(broken, await ofTrial('test')), undecodable);
  });

  const undecodable = ['hi', 'h', 'aGk', 'aGk=é', 'é', '=a'];
  for (const text of undecodable) {
    it(`base64 that cannot be decoded is stored nowhere: ${text}`, async () => {
      const service = await aService(api);
      const { text: key } = await anApiKey(api, service.id);
      await expectRefused(
        await post({ reference: 'r', content: text }, key),
        'Cannot decode letter content (invalid base64 encoding)',
      );
      expect([await countOf('notifications', service.id), await countOf('templates', service.id)]).toEqual([0, 0]);
    });
  }

  const decodable: [text: string, bytes: string][] = [
    ['', ''],
    ['aGk=', 'hi'],
    ['a G\nk*=', 'hi'],
    ['aGk=aGk=', 'hi'],
    ['aG-k=', 'hi'],
  ];
  for (const [text, bytes] of decodable) {
    it(`base64 is read leniently: ${JSON.stringify(text)}`, async () => {
      const letter = await stored(await post({ reference: 'r', content: text }));
      const key = `NOTIFY.${letter.reference}.D.2.C.20260310180005.PDF`;
      expect((await api.storage.read('letters-scan', key))?.toString()).toBe(bytes);
    });
  }
});

describe('when the file cannot be stored', () => {
  it('nothing of the letter is', async () => {
    const app = await createTestApp({ databaseUrl: api.databaseUrl, clock });
    const failing: ObjectStore = {
      ...app.storage,
      put: async () => {
        throw new AppError('STORAGE_UNAVAILABLE', 'The disk is full');
      },
    };
    const server = await startTestServer({ ...app, storage: failing });
    try {
      const count = await countOf('notifications');
      const jobs = (await storedJobs(api.db)).length;
      const call = { method: 'POST', key: keys.normal, body: { reference: 'r', content } };
      const answer = await callApi(server.url, '/v2/notifications/letter', call, clock.now());
      expect(answer.status).toBe(503);
      expect(answer.text).not.toContain('disk');
      expect(await countOf('notifications')).toBe(count);
      expect(await storedJobs(api.db)).toHaveLength(jobs);
    } finally {
      await server.close();
      await app.close();
    }
  });
});
