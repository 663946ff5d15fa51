import { beforeAll, describe, expect, it } from 'vitest';
import { keyTypes, type KeyType } from '../../src/lib/api-keys/api-key.ts';
import { addInboundNumber } from '../../src/lib/inbound/add-inbound-number.ts';
import { receiveTextMessage } from '../../src/lib/inbound/receive-text-message.ts';
import { aService, anApiKey } from '../support/builders.ts';
import { methodNotAllowedText, plainError, useApi, v2Error, type ApiAnswer } from './api.ts';
import { createTestClock } from './test-clock.ts';

const clock = createTestClock('2026-03-10T12:00:00.120Z');
const api = useApi({ clock });
const path = '/v2/received-text-messages';
let lastNumber = 7_700_900_100;

interface Receiver {
  readonly serviceId: string;
  readonly number: string;
  readonly keys: Readonly<Record<KeyType, string>>;
}

/** A service with a number of its own. */
async function aReceiver(): Promise<Receiver> {
  const { id: serviceId } = await aService(api, { permissions: ['inbound_sms'] });
  const number = `0${(lastNumber += 1)}`;
  await addInboundNumber(api, { number, provider: 'mmg', serviceId });
  const keys = {} as Record<KeyType, string>;
  for (const keyType of keyTypes) keys[keyType] = (await anApiKey(api, serviceId, { keyType })).text;
  return { serviceId, number, keys };
}

async function receive({ number }: Receiver, content: string, from = '07900900123'): Promise<string> {
  const origin = { providerReference: null, providerDate: null };
  return (await receiveTextMessage(api, { to: number, from, content, ...origin })).id;
}

let receiver: Receiver;
beforeAll(async () => {
  receiver = await aReceiver();
});

const list = (query = '', { keys }: Receiver = receiver): Promise<ApiAnswer> =>
  api.call(`${path}${query}`, { key: keys.normal });
const idsOf = ({ json }: ApiAnswer): string[] => json.received_text_messages.map(({ id }: { id: string }) => id);

describe('received texts', () => {
  it('have exactly the members that clients know', async () => {
    const own = await aReceiver();
    const id = await receive(own, '“STOP” 📩\nplease', '+44 7900 900123');
    const answer = await list('', own);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      received_text_messages: [
        {
          id,
          created_at: '2026-03-10T12:00:00.120000Z',
          service_id: own.serviceId,
          notify_number: own.number,
          user_number: '447900900123',
          content: '“STOP” 📩\nplease',
        },
      ],
      links: { current: `${api.url}${path}`, next: `${api.url}${path}?older_than=${id}` },
    });
  });

  it('are empty for a service that received none, which needs no permission', async () => {
    const { text: key } = await anApiKey(api, (await aService(api)).id);
    const answer = await api.call(path, { key });
    expect(answer.json).toEqual({ received_text_messages: [], links: { current: `${api.url}${path}` } });
  });

  it('come newest first, also those of one moment', async () => {
    const own = await aReceiver();
    const ids: string[] = [];
    for (const content of ['one', 'two', 'three']) ids.unshift(await receive(own, content));
    clock.advance(1000);
    ids.unshift(await receive(own, 'four'));
    expect(idsOf(await list('', own))).toEqual(ids);
  });

  it('are the same for every type of key', async () => {
    const id = await receive(receiver, 'Hello');
    for (const keyType of keyTypes) {
      expect(idsOf(await api.call(path, { key: receiver.keys[keyType] }))).toContain(id);
    }
  });

  it('of another service are not shown', async () => {
    const [mine, other] = [await aReceiver(), await aReceiver()];
    const id = await receive(mine, 'mine');
    const foreign = await receive(other, 'theirs');
    expect(idsOf(await list('', mine))).toEqual([id]);
    expect(idsOf(await list(`?older_than=${foreign}`, mine))).toEqual([]);
  });
});

describe('older_than', () => {
  it('pages through all of them: 250, then the rest, then none', async () => {
    const own = await aReceiver();
    const last = await receive(own, 'copied');
    await api.db.query({
      text: `INSERT INTO inbound_sms (id, created_at, service_id, notify_number, user_number, provider, content)
        SELECT gen_random_uuid(), created_at + interval '1 s' * (n / 5), service_id, notify_number, user_number, provider, content
        FROM inbound_sms, generate_series(1, 259) n WHERE id = $1`,
      values: [last],
    });
    const seen: string[] = [];
    const lengths: number[] = [];
    for (let url: string | undefined = path; url !== undefined;) {
      const answer: ApiAnswer = await api.call(url, { key: own.keys.normal });
      expect(answer.json.links.current).toBe(`${api.url}${path}`);
      lengths.push(idsOf(answer).length);
      seen.push(...idsOf(answer));
      const next: string | undefined = answer.json.links.next;
      if (next !== undefined) expect(next).toBe(`${api.url}${path}?older_than=${seen.at(-1)}`);
      url = next?.slice(api.url.length);
    }
    expect(lengths).toEqual([250, 10, 0]);
    expect(new Set(seen).size).toBe(260);
    expect(seen.at(-1)).toBe(last);
  });

  it('gives an empty page for an unknown text', async () => {
    await receive(receiver, 'Hello');
    expect((await list(`?older_than=${api.ids.uuid()}`)).json).toEqual({
      received_text_messages: [],
      links: { current: `${api.url}${path}` },
    });
  });

  it('may be spelt in any usual way, and given twice, when the first counts', async () => {
    const own = await aReceiver();
    const older = await receive(own, 'older');
    const newer = await receive(own, 'newer');
    for (const text of [newer.toUpperCase(), newer.replaceAll('-', ''), `${newer}&older_than=x`]) {
      expect(idsOf(await list(`?older_than=${text}`, own))).toEqual([older]);
    }
  });
});

describe('a query', () => {
  it.each([
    ['?older_than=x', ['older_than is not a valid UUID']],
    ['?older_than=', ['older_than is not a valid UUID']],
    ['?user_number=447', ['Additional properties are not allowed (user_number was unexpected)']],
    [
      '?page=2&older_than=1&a=',
      ['older_than is not a valid UUID', 'Additional properties are not allowed (a, page were unexpected)'],
    ],
  ])('%s is refused', async (query, messages) => {
    const answer = await list(query);
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual(v2Error(400, 'ValidationError', ...messages));
  });
});

it('the path asks for a token, takes GET and refuses the rest', async () => {
  expect((await api.call(path)).json).toEqual(
    v2Error(401, 'AuthError', 'Unauthorized: authentication token must be provided'),
  );
  const options = await api.call(path, { method: 'OPTIONS', key: receiver.keys.normal });
  expect(options.headers.allow?.split(', ').sort()).toEqual(['GET', 'HEAD', 'OPTIONS']);
  expect(await api.call(path, { method: 'HEAD', key: receiver.keys.normal })).toMatchObject({ status: 200, text: '' });
  const post = await api.call(path, { method: 'POST' });
  expect(post.status).toBe(405);
  expect(post.json).toEqual(plainError(methodNotAllowedText));
});

describe('what is stored', () => {
  it('hides the content', async () => {
    const id = await receive(receiver, 'a secret word');
    const { rows } = await api.db.query<{ row: string }>({
      text: 'SELECT to_jsonb(s)::text AS row FROM inbound_sms s WHERE id = $1',
      values: [id],
    });
    expect(rows[0]!.row).not.toContain('secret word');
  });
});
