/** Inbound numbers and received texts over the internal API (admin API sheet §4.12). */
import { beforeEach, describe, expect, it } from 'vitest';
import { addInboundNumber } from '../../src/lib/inbound/add-inbound-number.ts';
import { receiveTextMessage } from '../../src/lib/inbound/receive-text-message.ts';
import { addDataRetention } from '../../src/lib/retention/save-data-retention.ts';
import { addSender } from '../../src/lib/services/add-sender.ts';
import { archiveService } from '../../src/lib/services/archive-service.ts';
import { aService } from '../support/builders.ts';
import { plainError, type ApiAnswer } from './api.ts';
import { useInternalApi } from './internal-api.ts';
import { createTestClock } from './test-clock.ts';

const clock = createTestClock('2026-03-10T12:00:00.123Z');
const api = useInternalApi({ clock });
const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/) as string;
let count = 100;
const aNumber = (): string => `07700900${(count += 1)}`;

let service: { id: string; name: string };
beforeEach(async () => {
  clock.set('2026-03-10T12:00:00.123Z');
  service = await aService(api, { permissions: ['sms', 'inbound_sms'] });
  await api.db.query({ text: 'UPDATE inbound_numbers SET active = false WHERE service_id IS NULL', values: [] });
});

const post = (path: string, body?: object): Promise<ApiAnswer> =>
  api.internal(path, { method: 'POST', ...(body && { body }) });

async function aFreeNumber(): Promise<{ id: string; number: string }> {
  const number = aNumber();
  await addInboundNumber(api, { number, provider: 'mmg', serviceId: null });
  const { json } = await api.internal('/inbound-number/available');
  return json.data.find((each: { number: string }) => each.number === number);
}

describe('inbound numbers', () => {
  it('are listed, with whose they are', async () => {
    const free = await aFreeNumber();
    const number = aNumber();
    await addInboundNumber(api, { number, provider: 'firetext', serviceId: service.id });
    const own = {
      id: expect.any(String),
      number,
      provider: 'firetext',
      service: { id: service.id, name: service.name },
      active: true,
      created_at: instant,
      updated_at: null,
    };
    const all = (await api.internal('/inbound-number')).json.data;
    expect(all).toEqual(expect.arrayContaining([own, expect.objectContaining({ id: free.id, service: null })]));
    expect((await api.internal('/inbound-number/available')).json.data).toEqual([
      expect.objectContaining({ id: free.id }),
    ]);
    expect((await api.internal(`/inbound-number/service/${service.id}`)).json).toEqual({ data: own });
    const { id: other } = await aService(api);
    expect((await api.internal(`/inbound-number/service/${other}`)).json).toEqual({ data: {} });
  });

  it('take the place of the only sender of a service', async () => {
    const { id, number } = await aFreeNumber();
    const before = (await api.internal(`/service/${service.id}/sms-sender`)).json;
    const { status, json } = await post(`/inbound-number/service/${service.id}`);
    expect([status, json]).toEqual([
      201,
      { ...before[0], sms_sender: number, inbound_number_id: id, is_default: true, updated_at: instant },
    ]);
    expect((await api.internal(`/service/${service.id}/sms-sender`)).json).toEqual([json]);
    await aFreeNumber();
    const again = await post(`/inbound-number/service/${service.id}`);
    expect([again.status, again.json]).toEqual([
      409,
      plainError(`The service ${service.id} has an inbound number already`),
    ]);
  });

  it('become a new default beside several senders; the number can be chosen', async () => {
    const sender = { serviceId: service.id, type: 'sms', isDefault: false } as const;
    await addSender(api, { ...sender, value: 'OTHER' });
    await aFreeNumber();
    const { id, number } = await aFreeNumber();
    const { status, json } = await post(`/inbound-number/service/${service.id}`, { inbound_number_id: id });
    expect([status, json.sms_sender, json.is_default]).toEqual([201, number, true]);
    const senders = (await api.internal(`/service/${service.id}/sms-sender`)).json;
    expect(senders.map((each: { is_default: boolean }) => each.is_default)).toEqual([true, false, false]);
    const { id: other } = await aService(api);
    const taken = await post(`/inbound-number/service/${other}`, { inbound_number_id: id });
    expect([taken.status, taken.json]).toEqual([409, plainError('There are no available inbound numbers')]);
    const malformed = await post(`/inbound-number/service/${other}`, { inbound_number_id: 'x' });
    expect(malformed.json.message).toEqual({ inbound_number_id: ['Not a valid UUID.'] });
  });

  it('are not given when none is free, or to an archived service, which leaves them free', async () => {
    const none = await post(`/inbound-number/service/${service.id}`);
    expect([none.status, none.json]).toEqual([409, plainError('There are no available inbound numbers')]);
    const { id } = await aFreeNumber();
    await archiveService(api, { serviceId: service.id, belongings: [] });
    expect((await post(`/inbound-number/service/${service.id}`)).status).toBe(409);
    expect((await api.internal('/inbound-number/available')).json.data).toEqual([expect.objectContaining({ id })]);
  });

  it('are switched off, and stay the service’s', async () => {
    await aFreeNumber();
    await post(`/inbound-number/service/${service.id}`);
    const off = await post(`/inbound-number/service/${service.id}/off`);
    expect([off.status, off.text]).toEqual([204, '']);
    expect((await api.internal(`/inbound-number/service/${service.id}`)).json.data.active).toBe(false);
    const { id: other } = await aService(api);
    expect((await post(`/inbound-number/service/${other}/off`)).status).toBe(404);
  });
});

describe('received texts', () => {
  async function receive(from: string, content: string, at: string): Promise<void> {
    clock.set(at);
    const number = (await api.internal(`/inbound-number/service/${service.id}`)).json.data.number as string;
    await receiveTextMessage(api, { to: number, from, content, providerReference: null, providerDate: null });
    clock.set('2026-03-10T12:00:00.123Z');
  }
  const contentsOf = ({ json }: ApiAnswer): string[] => json.data.map(({ content }: { content: string }) => content);

  beforeEach(async () => {
    await addInboundNumber(api, { number: aNumber(), provider: 'mmg', serviceId: service.id });
    await receive('07700900001', 'too old', '2026-03-02T23:59:59Z');
    await receive('07700900001', 'first', '2026-03-03T00:00:00Z');
    await receive('07700900002', 'second', '2026-03-09T10:00:00Z');
    await receive('07700900001', 'third', '2026-03-10T11:00:00.456Z');
  });

  it('are listed while they are kept, the newest first, of everybody or one number', async () => {
    const path = `/service/${service.id}/inbound-sms`;
    const all = await post(path);
    expect(contentsOf(all)).toEqual(['third', 'second', 'first']);
    expect(all.json.data[0]).toEqual({
      id: expect.any(String),
      created_at: '2026-03-10T11:00:00.456000Z',
      service_id: service.id,
      notify_number: expect.stringMatching(/^07700900\d{3}$/),
      user_number: '447700900001',
      content: 'third',
    });
    expect(contentsOf(await post(path, { phone_number: '+44 7700 900001' }))).toEqual(['third', 'first']);
    expect((await api.internal(`${path}/${all.json.data[1].id}`)).json).toEqual(all.json.data[1]);
    await addDataRetention(api, { serviceId: service.id, notificationType: 'sms', daysOfRetention: 1 });
    expect(contentsOf(await post(path))).toEqual(['third', 'second']);
  });

  it('are shown by their last of each number, in pages', async () => {
    const path = `/service/${service.id}/inbound-sms/most-recent`;
    const first = await api.internal(path);
    expect([contentsOf(first), first.json.has_next]).toEqual([['third', 'second'], false]);
    expect((await api.internal(`${path}?page=2`)).json).toEqual({ data: [], has_next: false });
    const minute = (number: number): string => `2026-03-10T09:${String(number).padStart(2, '0')}:00Z`;
    for (let number = 0; number < 49; number += 1) await receive(`077009010${number + 10}`, 'more', minute(number));
    const full = await api.internal(path);
    expect([full.json.data.length, full.json.has_next]).toEqual([50, true]);
    expect(contentsOf(await api.internal(`${path}?page=2`))).toEqual(['second']);
  });

  it('are counted for a week, however long they are kept', async () => {
    await addDataRetention(api, { serviceId: service.id, notificationType: 'sms', daysOfRetention: 90 });
    const path = `/service/${service.id}/inbound-sms/summary`;
    expect((await api.internal(path)).json).toEqual({ count: 3, most_recent: '2026-03-10T11:00:00.456000' });
    const { id: other } = await aService(api);
    const none = await api.internal(`/service/${other}/inbound-sms/summary`);
    expect(none.json).toEqual({ count: 0, most_recent: null });
  });
});
