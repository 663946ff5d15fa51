import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deleteOldIdempotencyKeys } from '../../src/lib/idempotency/delete-old-idempotency-keys.ts';
import { giveUpIdempotentRequest } from '../../src/lib/idempotency/end-idempotent-request.ts';
import { beginIdempotentRequest } from '../../src/lib/idempotency/begin-idempotent-request.ts';
import type { Service } from '../../src/lib/services/service.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { useApi, v2Error, type ApiAnswer } from './api.ts';
import { createTestClock } from './test-clock.ts';

const clock = createTestClock(new Date('2026-03-02T10:00:00Z'));
const api = useApi({ clock });

const hour = 60 * 60 * 1000;
let service: Service;
let template: Template;
let key: string;
let testKey: string;
let number = 0;
let idempotencyKey: string;

beforeAll(async () => {
  service = await aService(api);
  template = await aTemplate(api, service.id);
  key = (await anApiKey(api, service.id)).text;
  testKey = (await anApiKey(api, service.id, { keyType: 'test' })).text;
});
beforeEach(() => {
  idempotencyKey = `key-${(number += 1)}`;
});

function body(name = 'Ann', phone = '07900900001'): object {
  return { phone_number: phone, template_id: template.id, personalisation: { name } };
}

function post(
  sent: object | string = body(),
  { header = idempotencyKey, as = key, path = '/v2/notifications/sms' } = {},
): Promise<ApiAnswer> {
  const text = typeof sent === 'string' ? sent : JSON.stringify(sent);
  return api.call(path, { method: 'POST', key: as, text, headers: { 'Idempotency-Key': header } });
}

async function countStored(): Promise<number> {
  const { rows } = await api.db.query<{ count: number }>('SELECT count(*)::int AS count FROM notifications');
  return rows[0]!.count;
}

describe('a request that was answered 201', () => {
  it('is answered the same again, byte for byte, and sends nothing more', async () => {
    const first = await post();
    const stored = await countStored();
    const second = await post();
    expect(first.status).toBe(201);
    expect(first.headers['idempotent-replayed']).toBeUndefined();
    expect(second.status).toBe(201);
    expect(second.text).toBe(first.text);
    expect(second.headers['content-type']).toBe(first.headers['content-type']);
    expect(second.headers['idempotent-replayed']).toBe('true');
    expect(await countStored()).toBe(stored);
  });

  it('keeps its answer without the text of the message in the clear', async () => {
    await post(body('Secret name'));
    const { rows } = await api.db.query<{ row: string }>('SELECT k::text AS row FROM idempotency_keys k');
    expect(rows.length).toBeGreaterThan(0);
    for (const { row } of rows) expect(row).not.toContain('Secret name');
  });

  it('with another body is refused, whatever differs', async () => {
    await post(body('Ann'));
    for (const other of [body('Bob'), `${JSON.stringify(body('Ann'))} `, 'no JSON']) {
      const answer = await post(other);
      expect(answer.status).toBe(422);
      expect(answer.json).toEqual(
        v2Error(422, 'IdempotencyMismatchError', 'Idempotency-Key was already used with a different request'),
      );
    }
  });

  it('costs no token when it is repeated', async () => {
    const slow = await aService(api);
    // A bucket of five tokens.
    await api.db.query({ text: 'UPDATE services SET rate_limit = 10 WHERE id = $1', values: [slow.id] });
    const itsTemplate = await aTemplate(api, slow.id);
    const { text } = await anApiKey(api, slow.id);
    const sent = { ...body(), template_id: itsTemplate.id };
    const statuses = [];
    for (let attempt = 0; attempt < 10; attempt += 1) statuses.push((await post(sent, { as: text })).status);
    expect(statuses).toEqual(Array.from({ length: 10 }, () => 201));
  });

  it('to a simulated recipient is kept, too', async () => {
    const first = await post(body('Ann', '07700900000'));
    const second = await post(body('Ann', '07700900000'));
    expect(second.text).toBe(first.text);
    expect(second.headers['idempotent-replayed']).toBe('true');
  });

  it('is forgotten after 24 hours, not before', async () => {
    const first = await post();
    clock.advance(24 * hour - 1000);
    expect((await post()).text).toBe(first.text);
    clock.advance(2000);
    const later = await post();
    expect(later.status).toBe(201);
    expect(later.json.id).not.toBe(first.json.id);
    expect(later.headers['idempotent-replayed']).toBeUndefined();
  });

  it('is deleted by the hourly task when its time is over', async () => {
    await post();
    clock.advance(25 * hour);
    expect(await deleteOldIdempotencyKeys(api)).toBeGreaterThan(0);
    const { rows } = await api.db.query('SELECT 1 FROM idempotency_keys');
    expect(rows).toEqual([]);
  });
});

describe('a key belongs to', () => {
  it('a service', async () => {
    const other = await aService(api);
    const itsTemplate = await aTemplate(api, other.id);
    const { text } = await anApiKey(api, other.id);
    const first = await post();
    const second = await post({ ...body(), template_id: itsTemplate.id }, { as: text });
    expect(second.status).toBe(201);
    expect(second.json.id).not.toBe(first.json.id);
  });

  it('a type of API key', async () => {
    const first = await post();
    const second = await post(body(), { as: testKey });
    expect(second.status).toBe(201);
    expect(second.json.id).not.toBe(first.json.id);
  });

  it('a path', async () => {
    await post();
    const email = await aTemplate(api, service.id, { templateType: 'email' });
    const sent = { email_address: 'a@example.com', template_id: email.id, personalisation: { name: 'Ann' } };
    expect((await post(sent, { path: '/v2/notifications/email' })).status).toBe(201);
  });
});

describe('a request that was refused', () => {
  it.each<[string, () => object | string, number]>([
    ['for its JSON', () => '{', 400],
    ['by the schema', () => ({}), 400],
    ['for its personalisation', () => ({ ...body(), personalisation: {} }), 400],
    ['for its template', () => ({ ...body(), template_id: '11111111-1111-4111-8111-111111111111' }), 400],
  ])('%s leaves the key free', async (_why, refused, status) => {
    expect((await post(refused())).status).toBe(status);
    const answer = await post();
    expect(answer.status).toBe(201);
    expect(answer.headers['idempotent-replayed']).toBeUndefined();
  });

  it('is asked for its token first', async () => {
    const answer = await api.call('/v2/notifications/sms', {
      method: 'POST',
      body: body(),
      headers: { 'Idempotency-Key': idempotencyKey },
    });
    expect(answer.status).toBe(401);
  });
});

describe('a request in progress', () => {
  const scope = (): Parameters<typeof beginIdempotentRequest>[1] => ({
    serviceId: service.id,
    keyType: 'normal',
    path: '/v2/notifications/sms',
    key: idempotencyKey,
  });

  it('makes the same request wait its turn, and the key is free when that is given up', async () => {
    const begun = await beginIdempotentRequest(api, scope(), Buffer.from(JSON.stringify(body())));
    const meanwhile = await post();
    expect(meanwhile.status).toBe(409);
    expect(meanwhile.json).toEqual(
      v2Error(409, 'IdempotencyInProgressError', 'A request with this Idempotency-Key is still in progress'),
    );
    expect(meanwhile.headers['retry-after']).toBe('1');
    expect((await post()).status).toBe(409);
    await giveUpIdempotentRequest(api, (begun as { claimId: string }).claimId);
    expect((await post()).status).toBe(201);
  });

  it('whose process died is taken over some minutes later', async () => {
    await beginIdempotentRequest(api, scope(), Buffer.from(JSON.stringify(body())));
    clock.advance(4 * 60 * 1000);
    expect((await post()).status).toBe(409);
    clock.advance(2 * 60 * 1000);
    expect((await post()).status).toBe(201);
  });

  it('and twenty others at the same time send one message', async () => {
    const before = await countStored();
    const answers = await Promise.all(Array.from({ length: 20 }, () => post()));
    const statuses = new Set(answers.map(({ status }) => status));
    expect([...statuses].every((status) => status === 201 || status === 409)).toBe(true);
    const ids = answers.filter(({ status }) => status === 201).map(({ json }) => (json as { id: string }).id);
    expect(new Set(ids).size).toBe(1);
    expect(await countStored()).toBe(before + 1);
  });
});

describe('an unusable key', () => {
  it.each([
    ['empty', ''],
    ['too long', 'k'.repeat(256)],
    ['with a tab', 'a\tb'],
    ['with letters beyond ASCII', 'clé'],
  ])('%s is refused', async (_what, header) => {
    const answer = await post(body(), { header: Buffer.from(header, 'latin1').toString('latin1') });
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual(
      v2Error(400, 'ValidationError', 'Idempotency-Key must be 1 to 255 printable characters'),
    );
  });

  it('of 255 characters is fine', async () => {
    expect((await post(body(), { header: 'k'.repeat(255) })).status).toBe(201);
  });
});
