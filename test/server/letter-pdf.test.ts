import { beforeAll, describe, expect, it } from 'vitest';
import { keyTypes, type KeyType } from '../../src/lib/api-keys/api-key.ts';
import { AppError } from '../../src/lib/core/errors.ts';
import type { NotificationStatus } from '../../src/lib/notifications/notification-status.ts';
import type { ObjectStore, StorageArea } from '../../src/lib/storage/object-store.ts';
import type { Service } from '../../src/lib/services/service.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { createTestApp, startTestServer } from '../support/test-app.ts';
import { signToken } from '../support/token.ts';
import { callApi, useApi, v2Error, type ApiAnswer } from './api.ts';

const api = useApi();
const notReady = v2Error(400, 'PDFNotReadyError', 'PDF not available yet, try again later');
const pdf = Buffer.from('%PDF-1.7\n\x00\xff\xfe any bytes', 'latin1');
const reference = 'ABCDEF1234567890';
const name = `NOTIFY.${reference}.D.1.C.20201023163001.PDF`;

let service: Service;
let templates: Record<'sms' | 'email' | 'letter', { id: string; version: number }>;
const keys = {} as Record<KeyType, string>;

beforeAll(async () => {
  service = await aService(api);
  for (const keyType of keyTypes) keys[keyType] = (await anApiKey(api, service.id, { keyType })).text;
  templates = {
    sms: await aTemplate(api, service.id, { templateType: 'sms' }),
    email: await aTemplate(api, service.id, { templateType: 'email' }),
    letter: await aTemplate(api, service.id, { templateType: 'letter' }),
  };
});

interface Row {
  readonly type?: 'sms' | 'email' | 'letter';
  readonly status?: NotificationStatus;
  readonly keyType?: KeyType;
  readonly reference?: string | null;
}

/** A notification as it could be in the table; a letter gets its place in the store by its reference. */
async function aRow({ type = 'letter', status = 'created', keyType = 'normal', ...row }: Row = {}): Promise<string> {
  const id = api.ids.uuid();
  await api.db.query({
    text: `INSERT INTO notifications (id, "to", service_id, template_id, template_version, key_type, notification_type,
             created_at, notification_status, reference, postage)
           VALUES ($1, 'A', $2, $3, $4, $5, $6, '2020-10-23 16:30:01', $7, $8, 'first')`,
    values: [
      id,
      service.id,
      templates[type].id,
      templates[type].version,
      keyType,
      type,
      status,
      type === 'letter' ? (row.reference ?? null) : null,
    ],
  });
  return id;
}

async function withReference(row: Row): Promise<string> {
  await api.db.query({ text: `UPDATE notifications SET reference = NULL WHERE reference = $1`, values: [reference] });
  return aRow({ ...row, reference });
}

async function putOnly(area: StorageArea, key: string): Promise<void> {
  for (const other of ['letters', 'test-letters', 'letters-invalid', 'letters-scan'] as const) {
    await api.storage.delete(other, name);
    await api.storage.delete(other, `2020-10-24/${name}`);
  }
  await api.storage.put(area, key, pdf);
}

function get(id: string, key = keys.normal): Promise<ApiAnswer> {
  return api.call(`/v2/notifications/${id}/pdf`, { key });
}

/** The answer with its bytes as they are. */
async function download(id: string, key = keys.normal): Promise<{ status: number; type: string; bytes: Buffer }> {
  const response = await fetch(`${api.url}/v2/notifications/${id}/pdf`, {
    headers: { authorization: `Bearer ${signToken(key, { issuedAt: Math.floor(Date.now() / 1000) })}` },
  });
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    bytes: Buffer.from(await response.arrayBuffer()),
  };
}

describe('the PDF of a letter', () => {
  const places: [keyType: KeyType, status: NotificationStatus, area: StorageArea, key: string][] = [
    ['normal', 'created', 'letters', `2020-10-24/${name}`],
    ['normal', 'sending', 'letters', `2020-10-24/${name}`],
    ['normal', 'delivered', 'letters', `2020-10-24/${name}`],
    ['normal', 'returned-letter', 'letters', `2020-10-24/${name}`],
    ['normal', 'cancelled', 'letters', `2020-10-24/${name}`],
    ['test', 'delivered', 'test-letters', name],
    ['normal', 'validation-failed', 'letters-invalid', name],
    ['test', 'validation-failed', 'letters-invalid', name],
  ];
  for (const [keyType, status, area, key] of places) {
    it(`of a ${keyType} key in ${status} comes from ${area}, byte for byte`, async () => {
      const id = await withReference({ keyType, status });
      await putOnly(area, key);
      expect(await download(id)).toEqual({ status: 200, type: 'application/pdf', bytes: pdf });
      await api.storage.delete(area, key);
      expect((await get(id)).json).toEqual(notReady);
    });
  }

  it('is given to every key of the service, whatever key sent the letter', async () => {
    const id = await withReference({ keyType: 'test', status: 'delivered' });
    await putOnly('test-letters', name);
    for (const keyType of keyTypes) expect((await download(id, keys[keyType])).bytes).toEqual(pdf);
  });

  it('answers HEAD as GET, without the body', async () => {
    const id = await withReference({});
    await putOnly('letters', `2020-10-24/${name}`);
    const head = await api.call(`/v2/notifications/${id}/pdf`, { method: 'HEAD', key: keys.normal });
    expect(head).toMatchObject({ status: 200, text: '' });
    expect(head.headers).toMatchObject({ 'content-type': 'application/pdf', 'content-length': String(pdf.length) });
  });
});

describe('there is no PDF', () => {
  it('without a token', async () => {
    expect((await api.call(`/v2/notifications/${await aRow()}/pdf`)).status).toBe(401);
  });

  it('of what is no id', async () => {
    for (const id of ['sms', '1', `${api.ids.uuid()}0`]) {
      const answer = await get(id);
      expect(answer.status).toBe(400);
      expect(answer.json).toEqual(v2Error(400, 'ValidationError', 'notification_id is not a valid UUID'));
    }
  });

  it('of nothing, and of another service’s letter', async () => {
    const other = await aService(api);
    const foreign = (await anApiKey(api, other.id)).text;
    const answers = [await get(api.ids.uuid()), await get(await aRow(), foreign)];
    for (const answer of answers) {
      expect(answer.status).toBe(404);
      expect(answer.json).toEqual(v2Error(404, 'NoResultFound', 'No result found'));
    }
  });

  it('of another message, whatever its status', async () => {
    for (const type of ['sms', 'email'] as const) {
      for (const status of ['created', 'technical-failure'] as const) {
        const answer = await get(await aRow({ type, status }));
        expect(answer.status).toBe(400);
        expect(answer.json).toEqual(v2Error(400, 'BadRequestError', 'Notification is not a letter'));
      }
    }
  });

  const failures: [NotificationStatus, object][] = [
    ['virus-scan-failed', v2Error(400, 'BadRequestError', 'File did not pass the virus scan')],
    ['technical-failure', v2Error(400, 'BadRequestError', 'PDF not available for letters in status technical-failure')],
    ['pending-virus-check', notReady],
  ];
  for (const [status, error] of failures) {
    it(`of a letter in ${status}, even if there is a file`, async () => {
      const id = await withReference({ status });
      for (const [area, key] of [
        ['letters', `2020-10-24/${name}`],
        ['letters-scan', name],
      ] as const) {
        await putOnly(area, key);
        const answer = await get(id);
        expect(answer.status).toBe(400);
        expect(answer.json).toEqual(error);
      }
    });
  }

  it('of a letter that was just accepted', async () => {
    const template = await aTemplate(api, service.id, { templateType: 'letter', subject: 'S', content: 'Hello' });
    const personalisation = { address_line_1: 'A', address_line_2: 'B', postcode: 'SW1A 1AA' };
    const bodies = [
      { template_id: template.id, personalisation },
      { reference: 'r', content: pdf.toString('base64') },
    ];
    for (const body of bodies) {
      const { json } = await api.call('/v2/notifications/letter', { method: 'POST', key: keys.normal, body });
      expect((await get((json as { id: string }).id)).json).toEqual(notReady);
    }
  });

  it('of a letter that never got a print reference', async () => {
    expect((await get(await aRow())).json).toEqual(notReady);
  });

  it('while the store does not answer', async () => {
    const id = await withReference({});
    const app = await createTestApp({ databaseUrl: api.databaseUrl });
    const failing: ObjectStore = {
      ...app.storage,
      read: async () => {
        throw new AppError('STORAGE_UNAVAILABLE', 'The bucket is away');
      },
    };
    const server = await startTestServer({ ...app, storage: failing });
    try {
      const answer = await callApi(server.url, `/v2/notifications/${id}/pdf`, { key: keys.normal });
      expect(answer.json).toEqual(notReady);
    } finally {
      await server.close();
      await app.close();
    }
  });
});

describe('the path', () => {
  it('is read only', async () => {
    const answer = await api.call(`/v2/notifications/${await aRow()}/pdf`, { method: 'POST', key: keys.normal });
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe('GET, HEAD, OPTIONS');
  });
});
