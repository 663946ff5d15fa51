import { beforeAll, describe, expect, it } from 'vitest';
import { addInboundNumber } from '../../src/lib/inbound/add-inbound-number.ts';
import { listReceivedTexts } from '../../src/lib/inbound/list-received-texts.ts';
import type { InboundSms } from '../../src/lib/inbound/inbound-sms.ts';
import { createLogCapture } from '../support/log-capture.ts';
import { methodNotAllowedText, plainError, useApi, type ApiAnswer } from './api.ts';
import { aReceiptSender, callbacksAbout } from './receipt-rows.ts';
import { createTestClock } from './test-clock.ts';

const clock = createTestClock('2026-03-10T12:00:00Z');
const log = createLogCapture();
const api = useApi({
  clock,
  logger: log.logger,
  config: {
    mmgInboundUsernames: ['mmg', 'mmg2'],
    mmgInboundPasswords: ['old', 'new'],
    firetextInboundPasswords: ['old', 'new'],
  },
});
const ok = { status: 'ok' };
let lastNumber = 7_700_900_100;

interface Receiver {
  readonly serviceId: string;
  /** In the national form. */
  readonly number: string;
}

async function aReceiver(permissions: readonly 'inbound_sms'[] = ['inbound_sms']): Promise<Receiver> {
  const { serviceId } = await aReceiptSender(api, permissions);
  const number = `0${(lastNumber += 1)}`;
  await addInboundNumber(api, { number, provider: 'other', serviceId });
  return { serviceId, number };
}

let receiver: Receiver;
beforeAll(async () => {
  receiver = await aReceiver();
});

type Fields = Readonly<Record<string, unknown>>;

const basic = (user: string, password: string): { authorization: string } => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

const post = (provider: string, text: string, headers: object = basic('mmg', 'new')): Promise<ApiAnswer> =>
  api.call(`/notifications/sms/receive/${provider}`, { method: 'POST', text, headers: { ...headers } });

const mmg = (fields: Fields, headers?: object): Promise<ApiAnswer> => {
  const defaults = { Number: `44${receiver.number.slice(1)}`, MSISDN: '447900900123', Message: 'Hello', ID: 'id-1' };
  return post('mmg', JSON.stringify({ ...defaults, ...fields }), headers);
};

const firetext = (fields: Readonly<Record<string, string>>, headers = basic('notify', 'new')): Promise<ApiAnswer> => {
  const defaults = {
    destination: receiver.number,
    source: '07900900123',
    message: 'Hello',
    time: '2026-03-10 11:00:00',
  };
  return post('firetext', new URLSearchParams({ ...defaults, ...fields }).toString(), headers);
};

/** The last text that a service received. */
async function lastText({ serviceId }: Receiver = receiver): Promise<InboundSms> {
  return (await listReceivedTexts(api, { serviceId, olderThan: null }))[0]!;
}

const countOf = async ({ serviceId }: Receiver): Promise<number> =>
  (await listReceivedTexts(api, { serviceId, olderThan: null })).length;

describe('a text from MMG', () => {
  it('is stored, decoded, and the service is told', async () => {
    const answer = await mmg({
      Message: "x+%2B+y+%F0%9F%93%A9%5Cn\\'",
      DateRecieved: '2026-03-10+11%3A33%3A00',
      MSISDN: '(+44)7999999999',
    });
    expect(answer.status).toBe(200);
    expect(answer.text).toBe('{"status":"ok"}');
    const text = await lastText();
    expect(text).toMatchObject({
      notifyNumber: receiver.number,
      userNumber: '447999999999',
      provider: 'mmg',
      providerReference: 'id-1',
      providerDate: new Date('2026-03-10T11:33:00Z'),
      content: "x + y 📩\n'",
    });
    expect(await callbacksAbout(api, text.id)).toEqual([null]);
  });

  it.each<[name: string, date: unknown, stored: string | null]>([
    ['no time', undefined, null],
    ['an empty time', '', null],
    ['null for a time', null, null],
    ['a time that nobody can read', 'yesterday', '2026-03-10T12:00:00Z'],
    ['a time with an offset, which is dropped', '2026-07-10T11%3A33%3A00%2B02%3A00', '2026-07-10T11:33:00Z'],
  ])('with %s', async (_name, DateRecieved, stored) => {
    expect((await mmg({ DateRecieved })).json).toEqual(ok);
    expect((await lastText()).providerDate).toEqual(stored === null ? null : new Date(stored));
  });

  it('that has an invalid escape keeps it', async () => {
    expect((await mmg({ Message: 'a%5Cn\\x' })).json).toEqual(ok);
    expect((await lastText()).content).toBe('a\\n\\x');
  });

  it('may be empty, from a name, and have a number for its id', async () => {
    expect((await mmg({ Message: '', MSISDN: 'Library', ID: 123 })).json).toEqual(ok);
    expect(await lastText()).toMatchObject({ content: '', userNumber: 'Library', providerReference: '123' });
  });

  it.each([
    ['no JSON', '{', ['MMG inbound SMS failed: invalid json']],
    ['a list', '[1]', ['MMG inbound SMS failed: invalid json']],
    ['no body', '', ['MMG inbound SMS failed: invalid json']],
    [
      'nothing in it',
      '{}',
      ['MSISDN', 'Number', 'Message', 'ID'].map((name) => `MMG inbound SMS failed: ${name} missing`),
    ],
    [
      'null for a text',
      '{"MSISDN":"1","Number":"2","ID":"3","Message":null}',
      ['MMG inbound SMS failed: Message missing'],
    ],
  ])('with %s is refused', async (_name, text, message) => {
    const answer = await post('mmg', text);
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual({ result: 'error', message });
  });
});

describe('a text from Firetext', () => {
  it('is stored as it is, and the service is told', async () => {
    const answer = await firetext({ message: 'lots+of \\n 📩 %41' });
    expect(answer.status).toBe(200);
    expect(answer.text).toBe('{"status":"ok"}');
    const text = await lastText();
    expect(text).toMatchObject({
      notifyNumber: receiver.number,
      userNumber: '447900900123',
      provider: 'firetext',
      providerReference: null,
      providerDate: new Date('2026-03-10T11:00:00Z'),
      content: 'lots+of \\n 📩 %41',
    });
    expect(await callbacksAbout(api, text.id)).toEqual([null]);
  });

  it('with a time that nobody can read came now', async () => {
    for (const time of ['', 'yesterday']) {
      expect((await firetext({ time })).json).toEqual(ok);
      expect((await lastText()).providerDate).toEqual(clock.now());
    }
  });

  it('that lacks fields is refused', async () => {
    const answer = await post('firetext', 'source=1&destination=2', basic('notify', 'old'));
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual({
      result: 'error',
      message: ['Firetext inbound SMS failed: message missing', 'Firetext inbound SMS failed: time missing'],
    });
  });
});

describe('a word in a text', () => {
  it.each(['STOP', 'stop', 'HELP'])('%s means nothing: it is stored like any other', async (word) => {
    const own = await aReceiver();
    for (const answer of [
      await firetext({ destination: own.number, message: word }),
      await mmg({ Number: own.number, Message: word }),
    ]) {
      expect(answer.json).toEqual(ok);
    }
    expect(await countOf(own)).toBe(2);
    expect(await lastText(own)).toMatchObject({ content: word });
  });
});

describe('a text that nobody receives', () => {
  it('is taken, and not stored', async () => {
    const inactive = await aReceiver();
    await api.db.query({
      text: 'UPDATE inbound_numbers SET active = false WHERE number = $1',
      values: [inactive.number],
    });
    const unwilling = await aReceiver([]);
    for (const number of ['07700900001', inactive.number, unwilling.number, '', 'Library', '\u0000']) {
      const [fromMmg, fromFiretext] = [await mmg({ Number: number }), await firetext({ destination: number })];
      expect(fromMmg.status).toBe(200);
      expect(fromMmg.headers['content-type']).toBe('text/plain; charset=utf-8');
      expect(fromMmg.text).toBe('RECEIVED');
      expect(fromFiretext.status).toBe(200);
      expect(fromFiretext.json).toEqual(ok);
    }
    expect([await countOf(inactive), await countOf(unwilling)]).toEqual([0, 0]);
  });
});

describe('user and password', () => {
  it('may be any of those that are configured', async () => {
    for (const [user, password] of [
      ['mmg', 'old'],
      ['mmg2', 'new'],
    ] as const) {
      expect((await mmg({}, basic(user, password))).json).toEqual(ok);
    }
    for (const password of ['old', 'new']) expect((await firetext({}, basic('notify', password))).json).toEqual(ok);
  });

  it('are asked for before the body is looked at', async () => {
    const before = await countOf(receiver);
    for (const provider of ['mmg', 'firetext']) {
      const missing = await post(provider, '{', {});
      expect(missing.status).toBe(401);
      expect(missing.headers['www-authenticate']).toBe('Bearer');
      expect(missing.json).toEqual(plainError('Unauthorized: authentication token must be provided'));
      const wrong = [
        basic('mmg', 'wrong'),
        basic('wrong', 'new'),
        basic('', ''),
        basic(provider === 'mmg' ? 'notify' : 'mmg', 'new'),
        { authorization: 'Bearer x' },
        { authorization: 'Basic' },
        { authorization: 'Basic !!!' },
        { authorization: '' },
      ];
      for (const headers of wrong) {
        const answer = await post(provider, '{', headers);
        expect(answer.status, JSON.stringify(headers)).toBe(403);
        expect(answer.json).toEqual(plainError('Forbidden: invalid authentication token provided'));
      }
    }
    expect(await countOf(receiver)).toBe(before);
  });

  describe('that nobody configured', () => {
    const closed = useApi();

    it('let nobody in', async () => {
      for (const provider of ['mmg', 'firetext']) {
        for (const headers of [basic('notify', ''), basic('', ''), basic('mmg', 'new')]) {
          const url = `/notifications/sms/receive/${provider}`;
          expect((await closed.call(url, { method: 'POST', headers })).status).toBe(403);
        }
      }
    });
  });
});

it('the paths take POST only, which they tell everybody', async () => {
  for (const provider of ['mmg', 'firetext']) {
    const answer = await api.call(`/notifications/sms/receive/${provider}`, { method: 'GET' });
    expect(answer.status).toBe(405);
    expect(answer.json).toEqual(plainError(methodNotAllowedText));
    const options = await api.call(`/notifications/sms/receive/${provider}`, { method: 'OPTIONS' });
    expect(options).toMatchObject({ status: 200, headers: { allow: 'OPTIONS, POST' } });
  }
});

it('texts are counted, and no line of the log has a sender or a text', async () => {
  const text = JSON.stringify(log.lines());
  expect(log.lines()).not.toEqual([]);
  expect(text).not.toMatch(/4479\d{8}|079\d{8}|Hello/);
  const { values } = await api.metrics.receivedTexts.get();
  for (const provider of ['mmg', 'firetext']) {
    for (const outcome of ['stored', 'refused']) {
      const counter = values.find(({ labels }) => labels.provider === provider && labels.outcome === outcome);
      expect(counter?.value, `${provider} ${outcome}`).toBeGreaterThan(0);
    }
  }
});
