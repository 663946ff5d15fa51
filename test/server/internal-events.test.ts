/** What people did, as the front end tells it (admin API sheet §4.13). */
import { expect, it } from 'vitest';
import { deleteOldEvents } from '../../src/lib/events/delete-old-events.ts';
import type { ApiAnswer } from './api.ts';
import { useInternalApi } from './internal-api.ts';
import { createTestClock } from './test-clock.ts';

const clock = createTestClock('2026-03-10T12:00:00.123Z');
const api = useInternalApi({ clock });
const post = (body: object): Promise<ApiAnswer> => api.internal('/events', { method: 'POST', body });

it('an event is kept as it was told', async () => {
  const data = { user_id: 'a', nested: { ip: '127.0.0.1', tries: [1, 2] } };
  const { status, json } = await post({ event_type: 'successful_login', data });
  expect([status, json]).toEqual([
    201,
    {
      data: {
        id: expect.any(String),
        event_type: 'successful_login',
        data,
        created_at: '2026-03-10T12:00:00.123000Z',
      },
    },
  ]);
  const { rows } = await api.db.query({
    text: 'SELECT event_type, data FROM events WHERE id = $1',
    values: [json.data.id],
  });
  expect(rows).toEqual([{ event_type: 'successful_login', data }]);
});

it.each([
  [{}, { event_type: ['Missing data for required field.'], data: ['Missing data for required field.'] }],
  [{ event_type: 'x'.repeat(256), data: {} }, { event_type: ['Longer than maximum length 255.'] }],
  [{ event_type: 'x', data: 'text' }, { data: ['Not a valid mapping type.'] }],
  [{ event_type: 'x', data: { text: 'a\0' } }, expect.anything()],
])('%j is refused', async (body, message) => {
  const { status, json } = await post(body);
  expect([status, json]).toEqual([400, { result: 'error', message }]);
});

it('events go after 52 weeks', async () => {
  await deleteOldEvents({ db: api.db, clock: { now: () => new Date('2030-01-01T00:00:00Z') } });
  for (const at of ['2025-03-11T23:59:59Z', '2025-03-12T00:00:00Z']) {
    clock.set(at);
    await post({ event_type: at, data: {} });
  }
  expect(await deleteOldEvents({ db: api.db, clock: { now: () => new Date('2026-03-11T03:04:00Z') } })).toBe(1);
  const { rows } = await api.db.query({ text: 'SELECT event_type FROM events', values: [] });
  expect(rows).toEqual([{ event_type: '2025-03-12T00:00:00Z' }]);
});
